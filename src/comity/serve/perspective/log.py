"""A site's own log of Perspective scores, as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comity.errors import InputError
from comity.limits import LIMITS
from comity.serve.perspective.attributes import CRITERIA

_MOST_MISTAKES = 20
_DELIMITERS = (",", ";", "\t")
_COLUMNS = {
    "text": ("text", "comment", "comment_text"),
    "attribute": ("attribute", "requested_attribute"),
    "score": ("score", "value", "summary_score"),
}


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """What Perspective said of `text` in `attribute`; `score` in [0, 1]."""

    text: str
    attribute: str
    score: float


def read_log(path: Path) -> list[LoggedScore]:
    """A table with a header that names the columns text, attribute and score, in any order, among others.

    Separated by commas, semicolons or tabs; UTF-8. Raises InputError that lists the mistakes with their lines.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(file, str(path))
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError:
        raise InputError("it is not in UTF-8", where=str(path), next_step="Save it as UTF-8.") from None


def _read(file: Iterator[str], path: str) -> list[LoggedScore]:
    header = next(file, "")
    delimiter = max(_DELIMITERS, key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    places = {column: _place(names, known) for column, known in _COLUMNS.items()}
    if missing := [column for column, place in places.items() if place is None]:
        raise InputError(
            f"the header has no column {' and no column '.join(missing)}",
            where=f"{path}:1",
            next_step="Name the columns text, attribute, score.",
        )
    rows: list[LoggedScore] = []
    mistakes: list[str] = []
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if not row:
                continue
            found = _row(
                dict(zip(names, row, strict=False)), [names[place or 0] for place in places.values()]
            )
            if isinstance(found, LoggedScore):
                rows.append(found)
            else:
                mistakes.append(f"line {reader.line_num + 1}: {found}")
    except csv.Error as error:
        mistakes.append(f"line {reader.line_num + 1}: {error}")
    if mistakes:
        more = f"; and {len(mistakes) - _MOST_MISTAKES} more" if len(mistakes) > _MOST_MISTAKES else ""
        raise InputError("; ".join(mistakes[:_MOST_MISTAKES]) + more, where=path)
    return rows


def _place(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _row(row: dict[str, str], columns: list[str]) -> LoggedScore | str:
    """The row, or what is wrong with it; never its content."""
    text, attribute, score = (row.get(column, "") for column in columns)
    attribute = attribute.strip().upper()
    if not text.strip():
        return "the text is empty"
    if len(text) > LIMITS.text_chars:
        return f"the text is longer than the limit `text_chars` of {LIMITS.text_chars:,}"
    if attribute not in CRITERIA:
        return "Perspective had no such attribute"
    try:
        value = float(score)
    except ValueError:
        return "the score is no number"
    if not 0.0 <= value <= 1.0:
        return "the score is not between 0 and 1"
    return LoggedScore(text, attribute, value)
