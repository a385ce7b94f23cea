"""Metrics of scores against annotations. numpy only; arrays in, numbers out.

Everywhere `truth` is float (n,): 1 holds, 0 does not, NaN nobody said; a share of annotators counts as 1 from 0.5 up.
`scores` is float (n,). Rows with NaN in either are left out. A metric that the rows left do not define (only one class,
no row) is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from comity.errors import InputError
from comity.evaluate.metric import (
    Floats,
    Indices,
    Interval,
    Metric,
    Tally,
    check_probabilities,
    decisions,
    known,
)
from comity.evaluate.resample import interval

__all__ = [
    "BINS",
    "FEWEST",
    "Confusion",
    "Floats",
    "Interval",
    "Metric",
    "auprc",
    "best_f1",
    "best_threshold",
    "bin_of",
    "brier",
    "confusion",
    "decisions",
    "ece",
    "f1_at",
    "interval",
    "known",
    "macro_f1_at",
    "matthews_at",
    "precision_at_recall",
    "prevalence",
    "rate",
    "recall_at_fpr",
    "roc_auc",
    "wilson",
]

FEWEST = 30
"""No rate is printed for fewer items."""
BINS = 15
_Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts at one threshold; a score equal to the threshold counts as flagged."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float:
        return _ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        return _ratio(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        return _ratio(self.false_positives, self.false_positives + self.true_negatives)

    @property
    def f1(self) -> float:
        return _ratio(
            2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives
        )


def confusion(truth: ArrayLike, scores: ArrayLike, threshold: float) -> Confusion:
    holds, scores = known(truth, scores)
    flagged = scores >= threshold
    return Confusion(
        int((flagged & holds).sum()),
        int((flagged & ~holds).sum()),
        int((~flagged & holds).sum()),
        int((~flagged & ~holds).sum()),
    )


def prevalence(truth: ArrayLike) -> float:
    truth = np.asarray(truth, float)
    holds, _ = known(truth, truth)
    return float(holds.mean()) if holds.size else float("nan")


def rate(count: int, total: int) -> Interval | None:
    """The share `count` of `total` with its Wilson interval; None for fewer than 30 items."""
    return wilson(count, total) if total >= FEWEST else None


def wilson(count: int, total: int) -> Interval:
    """The share with its 95 % interval (Wilson, 1927: Probable Inference, the Law of Succession, and Statistical
    Inference); NaN of nothing.
    """
    if not total:
        return Interval(np.nan, np.nan, np.nan)
    share = count / total
    centre = share + _Z95**2 / (2 * total)
    reach = _Z95 * sqrt(share * (1 - share) / total + _Z95**2 / (4 * total * total))
    scale = 1 + _Z95**2 / total
    return Interval(share, max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale))


def best_threshold(truth: ArrayLike, scores: ArrayLike) -> float:
    """The score from which up to flag for the highest F1; the highest of equally good ones, NaN without positives."""
    holds, scores = known(truth, scores)
    if not holds.any():
        return float("nan")
    tally = Tally.of(holds, scores)
    return float(tally.levels[_f1_by_level(*tally.once()).argmax()])


def f1_at(threshold: float) -> Metric:
    """F1 of the decisions at `threshold`."""
    return _decided(threshold, _f1)


def macro_f1_at(threshold: float) -> Metric:
    """The mean of the F1 of positives and the F1 of negatives, at `threshold`."""
    return _decided(threshold, lambda tp, fp, fn, tn: (_f1(tp, fp, fn, tn) + _f1(tn, fn, fp, tp)) / 2)


def matthews_at(threshold: float) -> Metric:
    """Correlation of decisions and truth, in [-1, 1] (Matthews, 1975: Comparison of the Predicted and Observed
    Secondary Structure of T4 Phage Lysozyme), at `threshold`; NaN where either never varies.
    """

    def matthews(tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
        spread = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
        return _ratios(tp * tn - fp * fn, spread)

    return _decided(threshold, matthews)


def recall_at_fpr(most: float) -> Metric:
    """The highest recall of any threshold whose false positive rate is at most `most`, a share. Nothing is
    interpolated: with fewer than 1 / `most` negatives not one may be flagged.
    """
    _check_share(most)

    def recall(_: Floats, positives: Floats, negatives: Floats) -> Floats:
        fpr = _ratios(np.cumsum(negatives, axis=1), negatives.sum(axis=1, keepdims=True))
        caught = np.where(fpr <= most, np.cumsum(positives, axis=1), 0).max(axis=1, initial=0)
        return np.where(negatives.any(axis=1), _ratios(caught, positives.sum(axis=1)), np.nan)

    return Metric(recall)


def precision_at_recall(least: float) -> Metric:
    """The highest precision of any threshold whose recall is at least `least`, a share. Nothing is interpolated."""
    _check_share(least)

    def precision(_: Floats, positives: Floats, negatives: Floats) -> Floats:
        caught, flagged = np.cumsum(positives, axis=1), np.cumsum(positives + negatives, axis=1)
        enough = (caught > 0) & (_ratios(caught, caught[:, -1:]) >= least)
        best = np.where(enough, caught / np.maximum(flagged, 1), 0).max(axis=1, initial=0)
        return np.where(positives.any(axis=1), best, np.nan)

    return Metric(precision)


def _roc_auc(_: Floats, positives: Floats, negatives: Floats) -> Floats:
    higher = np.cumsum(positives, axis=1) - positives / 2
    return _ratios((negatives * higher).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1))


def _auprc(_: Floats, positives: Floats, negatives: Floats) -> Floats:
    precision = np.cumsum(positives, axis=1) / np.maximum(np.cumsum(positives + negatives, axis=1), 1)
    area = (positives * precision).sum(axis=1)
    return _ratios(area, np.where(negatives.any(axis=1), positives.sum(axis=1), 0))


def _brier(levels: Floats, positives: Floats, negatives: Floats) -> Floats:
    check_probabilities(levels)
    loss = positives @ (1 - levels) ** 2 + negatives @ levels**2
    return _ratios(loss, (positives + negatives).sum(axis=1))


def _ece(levels: Floats, positives: Floats, negatives: Floats) -> Floats:
    check_probabilities(levels)
    rows = positives + negatives
    gaps = (rows * levels - positives) @ (bin_of(levels)[:, None] == np.arange(BINS))
    return _ratios(np.abs(gaps).sum(axis=1), rows.sum(axis=1))


def bin_of(scores: Floats) -> Indices:
    """Which of the 15 bins each score in [0, 1] falls into; 1 belongs to the last."""
    place: Indices = np.minimum((scores * BINS).astype(int), BINS - 1)
    return place


def _f1_by_level(positives: Floats, negatives: Floats) -> Floats:
    """F1 of flagging from each level up, (resamples, g)."""
    caught, flagged = np.cumsum(positives, axis=1), np.cumsum(positives + negatives, axis=1)
    return _ratios(2 * caught, flagged + caught[:, -1:])


def _best_f1(_: Floats, positives: Floats, negatives: Floats) -> Floats:
    best = _f1_by_level(positives, negatives).max(axis=1, initial=0)
    return np.where(positives.any(axis=1), best, np.nan)


roc_auc = Metric(_roc_auc)
"""Chance that a random positive scores higher than a random negative; ties count half."""
auprc = Metric(_auprc)
"""Average precision: the step-wise area under the precision-recall curve. The floor is the prevalence."""
brier = Metric(_brier)
"""Mean squared difference of probability and outcome (Brier, 1950: Verification of Forecasts); lower is better.
Scores in [0, 1], else InputError.
"""
ece = Metric(_ece)
"""Expected calibration error over 15 bins of equal width (Guo et al., 2017: On Calibration of Modern Neural Networks):
the mean distance of mean score and share of positives, weighted by rows. Scores in [0, 1], else InputError.
"""
best_f1 = Metric(_best_f1)
"""F1 at the threshold that these very rows make best: an oracle, which no deployed threshold reaches."""


def _decided(threshold: float, formula: Callable[[Floats, Floats, Floats, Floats], Floats]) -> Metric:
    def of(levels: Floats, positives: Floats, negatives: Floats) -> Floats:
        flagged = levels > 0
        return formula(
            positives[:, flagged].sum(axis=1),
            negatives[:, flagged].sum(axis=1),
            positives[:, ~flagged].sum(axis=1),
            negatives[:, ~flagged].sum(axis=1),
        )

    return Metric(of, threshold)


def _f1(tp: Floats, fp: Floats, fn: Floats, _: Floats) -> Floats:
    return _ratios(2 * tp, 2 * tp + fp + fn)


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise InputError(
            f"{share:g} is no share", next_step="Give a number from 0 to 1, such as 0.05 for 5 %."
        )


def _ratios(numerators: Floats, denominators: Floats) -> Floats:
    empty = denominators == 0
    return np.where(empty, np.nan, numerators / np.where(empty, 1, denominators))


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else float("nan")
