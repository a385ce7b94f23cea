"""Regenerates src/comity/content/data/confusables.tsv.

    pip install confusable-homoglyphs==3.3.1 && python tools/make_confusables.py

The package carries the Unicode confusables data. Kept are single letters of the scripts below that look like
an ASCII letter and that NFKC leaves alone; digits and letters of living Latin orthographies are dropped, because
a reader of Turkish, Ewe or Kabiye means them. `near` rows are our own: they pass for the ASCII letter only inside
a word that also has Latin letters.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/comity/content/data/confusables.tsv"
SCRIPTS = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LATIN", "LISU"})
LIVING_LATIN = frozenset("ıɣɩɯʋ")
NEAR = {
    "b": "вβ",
    "e": "ε",
    "h": "н",
    "k": "кκ",
    "m": "м",
    "n": "ηп",
    "r": "я",
    "R": "Я",
    "t": "тτ",
    "w": "ωшщ",
    "x": "χ",
}
CORRECTED = {"ӏ": "l"}  # the package files the small palochka under i, Unicode under l
SMALL_CAPITALS = dict(
    zip("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", strict=True)
)  # Unicode has no small capital x
HEADER = """\
# Letters that look like an ASCII letter. Columns: ASCII letter, kind, look-alikes.
# exact: from the Unicode confusables data, (c) Unicode, Inc., Unicode License V3; near: our own.
# Made by tools/make_confusables.py; do not edit by hand.
"""


def exact() -> dict[str, str]:
    """Look-alike to ASCII letter."""
    source = files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    table = {
        alike["c"]: letter
        for letter, alikes in json.loads(source).items()
        if letter in string.ascii_letters
        for alike in alikes
        if _is_wanted(alike["c"])
    }
    for char, letter in table.items():
        if letter == "l" and unicodedata.category(char) in {"Lu", "Lo"}:
            table[char] = "I"
    return table | {char: letter for letter, char in SMALL_CAPITALS.items()} | CORRECTED


def _is_wanted(char: str) -> bool:
    return (
        len(char) == 1
        and not char.isascii()
        and char not in LIVING_LATIN
        and unicodedata.category(char).startswith("L")
        and unicodedata.normalize("NFKC", char) == char
        and unicodedata.name(char).split()[0] in SCRIPTS
    )


def main() -> None:
    rows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for char, letter in exact().items():
        rows[letter, "exact"].append(char)
    for letter, chars in NEAR.items():
        rows[letter, "near"].extend(chars)
    lines = [f"{letter}\t{kind}\t{''.join(sorted(chars))}" for (letter, kind), chars in sorted(rows.items())]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
