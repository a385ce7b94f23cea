"""From items to texts, and from what is said of each to the columns of `Answers`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from comity.content import Item, Span
from comity.detect import Signal
from comity.evaluate.metrics import Floats
from comity.taxonomy.crosswalk import CROSSWALK, System

Spans = tuple[tuple[int, int], ...]


def text_of(item: Item) -> str:
    """For a judge that takes one text: the item's text parts, parted by line breaks."""
    return "\n".join(part.text for part in item.text_parts)


def in_our_words(scores: Mapping[str, float], system: System) -> dict[str, float]:
    """A vendor's scores by its own codes, as scores of our criteria; of several codes the highest counts."""
    found = {
        ours: [scores[code] for code in told.get(system, ()) if code in scores]
        for ours, told in CROSSWALK.items()
    }
    return {ours: max(several) for ours, several in found.items() if several}


def score_columns(rows: Sequence[Mapping[str, float]], criteria: Iterable[str] = ()) -> dict[str, Floats]:
    """Criterion → float (n,), NaN where a row lacks it; a column for each of `criteria` and each that a row has."""
    names = sorted({*criteria, *(name for row in rows for name in row)})
    return {name: np.array([row.get(name, np.nan) for row in rows], float) for name in names}


def span_columns(items: Sequence[Item], signals: Sequence[Sequence[Signal]]) -> dict[str, tuple[Spans, ...]]:
    """Criterion → for each item, the code points of its first text part that its `signals` point at."""
    rows = [_spans(item, found) for item, found in zip(items, signals, strict=True)]
    names = sorted({name for row in rows for name in row})
    return {name: tuple(tuple(row.get(name, ())) for row in rows) for name in names}


def _spans(item: Item, signals: Sequence[Signal]) -> dict[str, list[tuple[int, int]]]:
    first = next((part.id for part in item.text_parts), None)
    found: dict[str, list[tuple[int, int]]] = {}
    for signal in signals:
        for place in signal.evidence:
            if isinstance(place, Span) and place.part == first:
                found.setdefault(signal.criterion, []).append((place.start, place.end))
    return found
