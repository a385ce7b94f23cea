"""A target's rows by the values of a field: where does the subject err more?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.cases import Cases
from comity.evaluate.measure import finite, measured
from comity.evaluate.metrics import FEWEST, Floats, rate, roc_auc
from comity.evaluate.result import Slice
from comity.evaluate.sections.members import members

SMALLEST = 10
MOST = 40
OTHER = "other"


def slices(
    cases: Cases, fields: Sequence[str], target: str, scores: Floats, threshold: float
) -> tuple[Slice, ...]:
    """One slice for each value of each of `fields`, the largest first.

    scores: float (n,), NaN where the subject did not judge: such a row counts as not flagged, and not in the AUC.
    Values with fewer than 10 annotated rows, and those after the 40 most common, are summed up as "other".
    """
    truth = cases.truth[target]
    return tuple(
        _slice(field, value, truth[rows], scores[rows], threshold)
        for field in fields
        for value, rows in _parts(cases, field, np.isfinite(truth))
    )


def _parts(cases: Cases, field: str, annotated: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    parts = [(value, rows & annotated) for value, rows in members(cases, field).items()]
    parts.sort(key=lambda part: -int(part[1].sum()))
    large = [part for part in parts[:MOST] if part[1].sum() >= SMALLEST]
    yield from large
    rest = np.any([rows for _, rows in parts[len(large) :]] or [np.zeros(len(cases), bool)], axis=0)
    if rest.any():
        yield OTHER, rest


def _slice(field: str, value: str, truth: Floats, scores: Floats, threshold: float) -> Slice:
    holds, flagged = truth >= 0.5, scores >= threshold
    positives = int(holds.sum())
    judged = int(np.isfinite(scores).sum())
    return Slice(
        field=field,
        value=value,
        rows=truth.size,
        positives=positives,
        false_positive_rate=measured(rate(int((flagged & ~holds).sum()), truth.size - positives)),
        false_negative_rate=measured(rate(int((~flagged & holds).sum()), positives)),
        roc_auc=finite(roc_auc(truth, scores)) if judged >= FEWEST else None,
    )
