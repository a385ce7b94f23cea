"""The file format of word lists, with every mistake of a file reported at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from comity.errors import InputError
from comity.taxonomy.categories import CATEGORIES
from comity.taxonomy.severity import Severity

ANY_LANGUAGE = "*"
_ALLOW = "allow"
_HEADER = ["term", "criterion", "severity", "lang"]
_SEVERITIES = {str(int(severity)): severity for severity in Severity if severity}


@dataclass(frozen=True, slots=True)
class Entry:
    """A term, what it is a sign of, and `score`: the probability in [0, 1] that the criterion holds where it stands."""

    term: str
    criterion: str
    severity: Severity | None
    lang: str
    score: float


@dataclass(frozen=True, slots=True)
class Rows:
    entries: tuple[Entry, ...]
    allow: tuple[str, ...]


@cache
def packaged_rows() -> Rows:
    return read_rows("lexicon.tsv", _data("lexicon.tsv"))


def read_rows(name: str, text: str) -> Rows:
    """The rows of a list. Raises InputError that lists every wrong row with its line."""
    lines = _lines(text)
    _, head = next(lines, (0, ""))
    delimiter = "\t" if "\t" in head else ","
    if [cell.strip().lower() for cell in head.split(delimiter)] != _HEADER:
        raise InputError(
            "the first line of a word list must name its columns",
            where=name,
            next_step=f"Write {', '.join(_HEADER)}.",
        )
    entries: list[Entry] = []
    allow: list[str] = []
    mistakes: list[str] = []
    for number, line in lines:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
        mistake = _mistake(cells)
        if mistake:
            mistakes.append(f"line {number}: {mistake}")
        elif cells[1] == _ALLOW:
            allow.append(cells[0])
        else:
            term, criterion, severity, lang = cells
            grade = _SEVERITIES[severity]
            entries.append(
                Entry(term, criterion, grade, lang.lower(), precision(criterion, grade, lang.lower()))
            )
    if mistakes:
        count = f"{len(mistakes)} {'row is' if len(mistakes) == 1 else 'rows are'} wrong"
        raise InputError(f"{count}: {'; '.join(mistakes)}", where=name, next_step="Correct or remove them.")
    return Rows(tuple(entries), tuple(allow))


def precision(criterion: str, severity: Severity, lang: str) -> float:
    """The measured share of texts with a listed word of this kind in which the criterion holds.

    Falls back to any language, then to the least figure of that severity: a list nobody measured earns no more.
    """
    table = _precisions()
    for key in ((criterion, severity, lang), (criterion, severity, ANY_LANGUAGE)):
        if key in table:
            return table[key]
    return min(value for (_, grade, _), value in table.items() if grade == severity)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that hold something, counted from 1."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _mistake(cells: list[str]) -> str:
    if len(cells) != len(_HEADER):
        return f"{len(cells)} columns instead of {len(_HEADER)}"
    term, criterion, severity, lang = cells
    if not any(char.isalnum() for char in term):
        return "the term has no letter or digit"
    if criterion != _ALLOW and criterion not in CATEGORIES:
        return f"`{criterion}` is neither a category nor `{_ALLOW}`"
    if criterion != _ALLOW and severity not in _SEVERITIES:
        return f"severity `{severity}` is not {', '.join(_SEVERITIES)}"
    if lang != ANY_LANGUAGE and not (lang.isalpha() and lang.isascii() and len(lang) in (2, 3)):
        return f"`{lang}` is neither a language code nor `{ANY_LANGUAGE}`"
    return ""


@cache
def _precisions() -> dict[tuple[str, Severity, str], float]:
    rows = (line.split("\t") for _, line in _lines(_data("lexicon_precision.tsv")))
    next(rows)
    return {(row[0], _SEVERITIES[row[1]], row[2]): float(row[3]) for row in rows}


def _data(name: str) -> str:
    return files("comity.detect").joinpath("data", name).read_text("utf-8")
