"""Metrics of scores against annotations. numpy only; arrays in, numbers out.

Everywhere `truth` is float (n,): 1 holds, 0 does not, NaN nobody said; a share of annotators counts as 1 from 0.5 up.
`scores` is float (n,). Rows with NaN in either are left out. A metric that the rows left do not define (only one class,
no row) is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


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


def known(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    """The judged rows: whether the criterion holds, bool (m,), and the score, float (m,)."""
    truth, scores = np.asarray(truth, float), np.asarray(scores, float)
    both = np.isfinite(truth) & np.isfinite(scores)
    return truth[both] >= 0.5, scores[both]


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


def roc_auc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Chance that a random positive scores higher than a random negative; ties count half."""
    holds, scores = known(truth, scores)
    return float(_roc_auc(*_grouped(holds, scores, np.ones((1, holds.size))))[0])


def auprc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Average precision: the step-wise area under the precision-recall curve. The floor is the prevalence."""
    holds, scores = known(truth, scores)
    return float(_auprc(*_grouped(holds, scores, np.ones((1, holds.size))))[0])


def brier(truth: ArrayLike, scores: ArrayLike) -> float:
    """Mean squared difference of probability and outcome (Brier, 1950: Verification of Forecasts); lower is better."""
    holds, scores = known(truth, scores)
    return float(np.mean((scores - holds) ** 2)) if holds.size else float("nan")


def ece(truth: ArrayLike, scores: ArrayLike, bins: int = 15) -> float:
    """Expected calibration error over `bins` of equal width (Guo et al., 2017: On Calibration of Modern Neural
    Networks): the mean distance of mean score and share of positives, weighted by rows; scores in [0, 1].
    """
    holds, scores = known(truth, scores)
    if not holds.size:
        return float("nan")
    place = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = np.bincount(place, scores, bins) - np.bincount(place, holds.astype(float), bins)
    return float(np.abs(gaps).sum() / holds.size)


def interval(
    metric: Callable[[ArrayLike, ArrayLike], float],
    truth: ArrayLike,
    scores: ArrayLike,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """`metric` with its 95 % percentile bootstrap interval (Efron, 1979: Bootstrap Methods) over rows.

    roc_auc and auprc are computed for all resamples at once, from counts; other metrics one resample at a time.
    Resamples on which the metric is undefined are left out.
    """
    holds, kept = known(truth, scores)
    value = metric(truth, scores)
    if np.isnan(value):
        return Interval(value, value, value)
    random = np.random.default_rng(seed)
    fast = _roc_auc if metric is roc_auc else _auprc if metric is auprc else None
    values = []
    for chunk in _chunks(resamples, holds.size):
        draws = random.multinomial(holds.size, np.full(holds.size, 1 / holds.size), size=chunk)
        if fast is not None:
            values.append(fast(*_grouped(holds, kept, draws)))
        else:
            values.append(np.array([metric(np.repeat(holds, draw), np.repeat(kept, draw)) for draw in draws]))
    low, high = np.nanpercentile(np.concatenate(values), [2.5, 97.5])
    return Interval(value, float(low), float(high))


def _grouped(holds: NDArray[np.bool_], scores: Floats, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Cumulated weights of positives and negatives down to each distinct score, highest first: (resamples, groups)."""
    weights = np.asarray(weights, float)
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=np.nan) != 0)
    weights = weights[:, order]
    positives = np.cumsum(weights * holds[order], axis=1)[:, last]
    negatives = np.cumsum(weights * ~holds[order], axis=1)[:, last]
    return positives, negatives


def _roc_auc(positives: Floats, negatives: Floats) -> Floats:
    if not positives.shape[1]:
        return np.full(len(positives), np.nan)
    start = np.zeros((len(positives), 1))
    higher = np.concatenate([start, positives[:, :-1]], axis=1)
    area = (np.diff(negatives, axis=1, prepend=0) * (higher + positives) / 2).sum(axis=1)
    return _ratios(area, positives[:, -1] * negatives[:, -1])


def _auprc(positives: Floats, negatives: Floats) -> Floats:
    if not positives.shape[1]:
        return np.full(len(positives), np.nan)
    precision = positives / np.maximum(positives + negatives, 1)
    area = (np.diff(positives, axis=1, prepend=0) * precision).sum(axis=1)
    return _ratios(area, np.where(negatives[:, -1] > 0, positives[:, -1], 0))


def _ratios(numerators: Floats, denominators: Floats) -> Floats:
    empty = denominators == 0
    return np.where(empty, np.nan, numerators / np.where(empty, 1, denominators))


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else float("nan")


def _chunks(resamples: int, rows: int) -> list[int]:
    """Resamples in portions that keep a (portion, rows) float array within about 80 MB."""
    most = max(1, 10_000_000 // max(rows, 1))
    return [min(most, resamples - done) for done in range(0, resamples, most)]
