"""A site's own texts, with or without annotations, in a CSV or JSONL file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from comity.content import Item
from comity.errors import InputError
from comity.evaluate.metric import Floats
from comity.evaluate.records import read_records
from comity.limits import LIMITS

_MOST_MISTAKES = 20
_ANSWERS = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0, "": np.nan}


@dataclass(frozen=True, slots=True)
class SiteRows:
    """`truth` maps each criterion that the file has a column for to float (n,): 1, 0, NaN where nobody said."""

    items: tuple[Item, ...]
    truth: Mapping[str, Floats]


def read_site_rows(path: Path, criteria: Iterable[str]) -> SiteRows:
    """A table (`.csv`) or objects, one a line (`.jsonl`), with `text`, optionally `lang`, and any of `criteria`.

    A criterion is 1 (or true), 0 (or false), or empty, absent or null where nobody said. Other columns are left alone.
    Raises InputError that lists the mistakes with their lines, never a text.
    """
    wanted = sorted(criteria)
    items: list[Item] = []
    truth: dict[str, list[float]] = {}
    mistakes: list[str] = []
    for line, record in read_records(path):
        found = _row(record, wanted)
        if isinstance(found, str):
            mistakes.append(f"line {line}: {found}")
            continue
        item, answers = found
        for criterion in answers.keys() - truth.keys():
            truth[criterion] = [np.nan] * len(items)
        items.append(item)
        for criterion, column in truth.items():
            column.append(answers.get(criterion, np.nan))
    if mistakes:
        more = f"; and {len(mistakes) - _MOST_MISTAKES} more" if len(mistakes) > _MOST_MISTAKES else ""
        raise InputError("; ".join(mistakes[:_MOST_MISTAKES]) + more, where=str(path))
    if not items:
        raise InputError("it has no rows", where=str(path))
    return SiteRows(tuple(items), {name: np.array(column) for name, column in sorted(truth.items())})


def _row(record: Any, criteria: Iterable[str]) -> tuple[Item, dict[str, float]] | str:
    """The item and its answers, or what is wrong; never its content."""
    if not isinstance(record, dict):
        return "it is no JSON object"
    text, lang = record.get("text"), record.get("lang") or None
    if not isinstance(text, str) or not text.strip():
        return "there is no text"
    if len(text) > LIMITS.text_chars:
        return f"the text is longer than the limit `text_chars` of {LIMITS.text_chars:,}"
    if lang is not None and not isinstance(lang, str):
        return "`lang` is no text"
    answers = {}
    for criterion in criteria:
        if criterion in record:
            told = record[criterion]
            answer = _ANSWERS.get("" if told is None else str(told).strip().lower())
            if answer is None:
                return f"`{criterion}` is neither 1, 0 nor empty"
            answers[criterion] = answer
    return Item.text(text, lang=lang), answers
