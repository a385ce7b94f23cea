"""Letters of other scripts that pass for ASCII letters, mapped where they were meant to deceive."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from comity.content.characters import marks
from comity.content.offsets import Normalised

_FOREIGN_SCRIPTS = {
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Armenian": "\u0530-\u058f",
    "Cherokee": "\u13a0-\u13ff\uab70-\uabbf",
    "Lisu": "\ua4d0-\ua4ff",
    "Coptic": "\u2c80-\u2cff",
}
_FOREIGN = re.compile(f"[{''.join(_FOREIGN_SCRIPTS.values())}]")
_SCRIPTS = {name: re.compile(f"[{ranges}]") for name, ranges in _FOREIGN_SCRIPTS.items()}
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True, slots=True)
class _Table:
    exact: dict[int, str]
    near: dict[int, str]
    any_of_them: re.Pattern[str]
    word: re.Pattern[str]


@cache
def _table() -> _Table:
    tables: dict[str, dict[int, str]] = {"exact": {}, "near": {}}
    rows = files("comity.content").joinpath("data/confusables.tsv").read_text("utf-8").splitlines()
    for row in rows:
        if row.startswith("#"):
            continue
        letter, kind, alikes = row.split("\t")
        tables[kind].update((ord(alike), letter) for alike in alikes)
    exact, near = tables["exact"], tables["near"]
    any_of_them = re.compile(f"[{''.join(map(chr, exact | near))}]")
    return _Table(exact, near, any_of_them, re.compile(rf"[^\W\d_](?:[^\W\d_]|[{marks()}])*"))


def map_confusables(text: Normalised) -> Normalised:
    """Look-alikes mapped to Latin, one for one, in words that mix them with Latin letters.

    Look-alikes within the Latin script (small capitals, IPA letters) are mapped everywhere. A word wholly of
    look-alikes from another script is mapped only where Latin words stand around it and nothing else in the text
    is written in that script; one letter alone never is. A word with more letters that could not be Latin than
    Latin letters is that script's own, with a slip of the keyboard in it.
    """
    table = _table()
    if not table.any_of_them.search(text.text):
        return text
    genuine = _genuine_scripts(text.text, table)
    has_latin = bool(_LATIN.search(text.text))

    def mapped(match: re.Match[str]) -> str:
        word = match[0]
        if not table.any_of_them.search(word):
            return word
        if not _FOREIGN.search(word):
            return word.translate(table.exact)
        latin = len(_LATIN.findall(word))
        if latin:
            alien = sum(1 for letter in _FOREIGN.findall(word) if ord(letter) not in table.exact)
            return word.translate(table.exact | table.near) if alien <= latin else word
        deceptive = (
            has_latin
            and len(word) > 1
            and all(ord(letter) in table.exact for letter in word)
            and not any(script.search(word) for name, script in _SCRIPTS.items() if name in genuine)
        )
        return word.translate(table.exact) if deceptive else word

    return text.substitute(table.word, mapped)


def _genuine_scripts(text: str, table: _Table) -> frozenset[str]:
    """The scripts of words that hold no Latin letter, and one at least without an ASCII look-alike."""
    genuine: set[str] = set()
    for match in table.word.finditer(text):
        word = match[0]
        if (
            not _FOREIGN.search(word)
            or _LATIN.search(word)
            or all(ord(letter) in table.exact for letter in word)
        ):
            continue
        genuine.update(name for name, script in _SCRIPTS.items() if script.search(word))
    return frozenset(genuine)


def latin_look(word: str) -> str:
    """`word` as its letters look to a Latin reader, whatever the script; for names whose spelling must be exact."""
    table = _table()
    return unicodedata.normalize("NFKC", word).translate(table.exact | table.near)
