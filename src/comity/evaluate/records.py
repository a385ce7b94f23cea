"""The records of a CSV or JSONL file, each with the number of its line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comity.errors import InputError
from comity.limits import LIMITS


def read_records(path: Path) -> Iterator[tuple[int, Any]]:
    """Dicts; None for a line of JSONL that is no JSON object. The cells of a CSV file are strings.

    Raises InputError for a file that cannot be read, is no table, or has no column `text`; never with its content.
    """
    if path.suffix not in (".csv", ".jsonl"):
        raise InputError("it is in no known format", where=str(path), next_step="Use .csv or .jsonl.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from _objects(lines) if path.suffix == ".jsonl" else _rows(lines, path)
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError:
        raise InputError("it is not in UTF-8", where=str(path), next_step="Save it as UTF-8.") from None


def _objects(lines: Iterator[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                found = None
            yield number, found if isinstance(found, dict) else None


def _rows(lines: Iterator[str], path: Path) -> Iterator[tuple[int, Any]]:
    # A cell may be as long as a text may be; the module's own limit is smaller where every character is quoted.
    csv.field_size_limit(max(csv.field_size_limit(), 4 * LIMITS.text_chars))
    reader = csv.DictReader(lines, strict=True)
    try:
        if "text" not in (reader.fieldnames or ()):
            raise InputError("the header has no column `text`", where=f"{path}:1")
        for record in reader:
            yield reader.line_num, record
    except csv.Error as error:
        raise InputError(f"it is no table: {error}", where=f"{path}:{reader.line_num + 1}") from None
