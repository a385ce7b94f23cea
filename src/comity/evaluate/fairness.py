"""For whom does a detector fail? Errors by group, and bias towards identities.

`truth` and `scores` as in `metrics`. A group is float (n,): 1 for its rows, 0 for the others, NaN where nobody said; a
row may belong to several. Fewer than 30 items give no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comity.evaluate.metric import Interval
from comity.evaluate.metrics import FEWEST, confusion, rate, roc_auc

POWER = -5.0
"""Of the mean over identities: far below 1, so that the worst of them count most."""


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """One group's false positive rate among its negatives, and false negative rate among its positives."""

    positives: int
    negatives: int
    false_positive_rate: Interval | None
    false_negative_rate: Interval | None


@dataclass(frozen=True, slots=True)
class Gap:
    """The largest rate minus the smallest, and whose they are."""

    value: float
    largest: str
    smallest: str


@dataclass(frozen=True, slots=True)
class BiasAucs:
    """One identity's ROC-AUC within its rows (`subgroup`); of its negatives against positives of the background
    (`bpsn`: low if harmless mentions of it score too high); of its positives against negatives of the background
    (`bnsp`: low if attacks on it score too low). The background is every row that is known not to belong to it.
    """

    rows: int
    subgroup: float
    bpsn: float
    bnsp: float


def group_errors(
    truth: ArrayLike, scores: ArrayLike, threshold: float, groups: Mapping[str, ArrayLike]
) -> dict[str, GroupErrors]:
    truth, scores = np.asarray(truth, float), np.asarray(scores, float)
    found = {}
    for name, group in groups.items():
        inside = np.asarray(group, float) >= 0.5
        counts = confusion(truth[inside], scores[inside], threshold)
        positives = counts.true_positives + counts.false_negatives
        negatives = counts.false_positives + counts.true_negatives
        found[name] = GroupErrors(
            positives,
            negatives,
            rate(counts.false_positives, negatives),
            rate(counts.false_negatives, positives),
        )
    return found


def gap(rates: Mapping[str, Interval | None]) -> Gap | None:
    """Between the groups that have a rate: those with at least 30 items; None if fewer than two do."""
    values = {name: rate_.value for name, rate_ in rates.items() if rate_ is not None}
    if len(values) < 2:
        return None
    largest, smallest = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    return Gap(values[largest] - values[smallest], largest, smallest)


def bias_aucs(truth: ArrayLike, scores: ArrayLike, groups: Mapping[str, ArrayLike]) -> dict[str, BiasAucs]:
    """Borkan et al., 2019: Nuanced Metrics for Measuring Unintended Bias with Real Data for Text Classification. NaN
    for an identity with fewer than 30 rows, or for an AUC with only one class.
    """
    truth, scores = np.asarray(truth, float), np.asarray(scores, float)
    judged = np.isfinite(truth) & np.isfinite(scores)
    holds = truth >= 0.5
    found = {}
    for name, group in groups.items():
        member = np.asarray(group, float)
        inside, outside = judged & (member >= 0.5), judged & (member < 0.5)
        rows = int(inside.sum())
        kept = (inside, (outside & holds) | (inside & ~holds), (outside & ~holds) | (inside & holds))
        aucs = (roc_auc(truth[part], scores[part]) if rows >= FEWEST else float("nan") for part in kept)
        found[name] = BiasAucs(rows, *aucs)
    return found


def bias_score(overall: float, identities: Iterable[BiasAucs]) -> float:
    """A quarter each of the overall ROC-AUC and the power means of the three AUCs over identities (the measure of the
    Jigsaw Unintended Bias in Toxicity Classification competition, 2019). Higher is better.
    """
    aucs = tuple(identities)
    kinds = ([a.subgroup for a in aucs], [a.bpsn for a in aucs], [a.bnsp for a in aucs])
    return (overall + sum(power_mean(kind) for kind in kinds)) / 4


def power_mean(values: ArrayLike) -> float:
    """The generalised mean with exponent -5 of values in [0, 1], NaN left out; 0 if one of them is, NaN of none."""
    values = np.asarray(values, float)
    defined = values[np.isfinite(values)]
    if not defined.size:
        return float("nan")
    if not defined.all():
        return 0.0
    return float((defined**POWER).mean() ** (1 / POWER))
