"""Which characters of a post were marked: gold spans against predicted ones."""

from __future__ import annotations

from collections.abc import Iterable

Spans = Iterable[tuple[int, int]]
"""Code points from start up to, not including, end; spans may overlap."""


def span_f1(gold: Spans, predicted: Spans) -> float:
    """Character F1 of one post, in [0, 1] (SemEval-2021 Task 5: Toxic Spans Detection, 2021).

    1 if neither marks anything, 0 if only one does. The measure of a data set is the mean over its posts.
    """
    wanted, marked = characters(gold), characters(predicted)
    if not wanted and not marked:
        return 1.0
    return 2 * len(wanted & marked) / (len(wanted) + len(marked))


def characters(spans: Spans) -> set[int]:
    """The offsets that `spans` cover."""
    return {offset for start, end in spans for offset in range(start, end)}
