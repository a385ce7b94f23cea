"""How sure a number is: bootstrap intervals and paired tests. numpy only; the same seed gives the same result.

Intervals are percentile bootstrap intervals at 95 % (Efron and Tibshirani, 1993: An Introduction to the Bootstrap).
Resamples on which a statistic is undefined are left out.

`groups`, (n,), names the author, template or thread of each row: rows of one group are then drawn together, as they do
not tell as much as independent rows would. A row whose group is None is drawn alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import exp, fsum, lgamma, log
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from comity.evaluate.metric import Floats, Indices, Interval, Metric

RESAMPLES = 1000
_PORTION = 1_000_000
"""Rows drawn at a time: few enough for the processor's cache, and for the memory of a small machine."""

Statistic = Metric | Callable[[ArrayLike, ArrayLike], float]
_Resampled = Callable[[Indices, Indices], Floats]


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus theirs on the same rows, the bounds of its 95 % interval, and the two-sided p of no difference."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Discordance:
    """Rows that only we decide rightly, rows that only they do, and the two-sided p value of no difference."""

    only_ours: int
    only_theirs: int
    p: float


def interval(
    metric: Statistic,
    truth: ArrayLike,
    scores: ArrayLike,
    *,
    groups: Iterable[object] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """`metric` of truth and scores, (n,) each; masked rows are left out. A `Metric` is computed for many resamples at
    once, any other function for one at a time.
    """
    units, judged, kept = _judged(groups, truth, scores)
    value = metric(judged, kept)
    if isinstance(metric, Metric) and metric.threshold is not None and units.size == np.unique(units).size:
        return _bounded(value, _decided(metric, judged, kept, resamples, seed))
    return _bounded(value, _values(_resampled(metric, judged, kept), units, resamples, seed))


def interval_of(
    statistic: Callable[[Indices], float],
    rows: int,
    *,
    groups: Iterable[object] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Any `statistic` of row numbers below `rows`, some of them repeated: `lambda rows: values[rows].mean()`."""
    everything = np.arange(rows)
    units = everything if groups is None else _numbered(groups)
    return _bounded(statistic(everything), _values(_one_by_one(statistic), units, resamples, seed))


def paired(
    metric: Statistic,
    truth: ArrayLike,
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    groups: Iterable[object] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """`metric` of two models on the rows that both scored. Each resample holds the same rows for both; p is twice the
    share of resamples on the rarer side of zero.

    For decisions at a threshold of each model's own, give `decisions(...)` as scores and a metric at 0.5.
    """
    units, judged, *both = _judged(groups, truth, ours, theirs)
    value = metric(judged, both[0]) - metric(judged, both[1])
    first, second = (_resampled(metric, judged, scores) for scores in both)
    values = _values(
        lambda rows, lengths: first(rows, lengths) - second(rows, lengths), units, resamples, seed
    )
    bounds = _bounded(value, values)
    # The rows as they are count as one more resample: p is never 0.
    rarer = 1 + min(int((values <= 0).sum()), int((values >= 0).sum()))
    p = min(1.0, 2 * rarer / (1 + np.isfinite(values).sum())) if np.isfinite(bounds.low) else np.nan
    return Difference(bounds.value, bounds.low, bounds.high, float(p))


def mcnemar(truth: ArrayLike, ours: ArrayLike, theirs: ArrayLike) -> Discordance:
    """The exact test of McNemar (1947: Note on the Sampling Error of the Difference between Correlated Proportions) on
    two models' decisions, 1, 0 or NaN, (n,) each. Only rows that one decides rightly and the other wrongly tell.
    """
    _, *columns = _judged(None, truth, ours, theirs)
    holds, we_flag, they_flag = (column >= 0.5 for column in columns)
    ours_right, theirs_right = we_flag == holds, they_flag == holds
    only_ours, only_theirs = int((ours_right & ~theirs_right).sum()), int((~ours_right & theirs_right).sum())
    return Discordance(only_ours, only_theirs, _sign_test(only_ours, only_theirs))


def _sign_test(wins: int, losses: int) -> float:
    """How often a fair coin is at least as uneven, in either direction."""
    tosses = wins + losses
    # In logarithms, as the counts of ways to toss outgrow a float.
    tail = fsum(
        exp(lgamma(tosses + 1) - lgamma(heads + 1) - lgamma(tosses - heads + 1) - tosses * log(2))
        for heads in range(min(wins, losses) + 1)
    )
    return min(1.0, 2 * tail)


def _judged(groups: Iterable[object] | None, *columns: ArrayLike) -> list[NDArray[Any]]:
    """The number of each row's group, and the columns, on the rows where no column is masked."""
    arrays = [np.asarray(column, float) for column in columns]
    judged = np.isfinite(arrays).all(axis=0)
    units = np.arange(judged.size) if groups is None else _numbered(groups)
    return [np.unique(units[judged], return_inverse=True)[1], *(array[judged] for array in arrays)]


def _numbered(groups: Iterable[object]) -> Indices:
    """A number for each row, the same for rows of one group."""
    numbers: dict[object, int] = {}
    alone = (object() if group is None else group for group in groups)
    return np.array([numbers.setdefault(group, len(numbers)) for group in alone], int)


def _resampled(metric: Statistic, truth: Floats, scores: Floats) -> _Resampled:
    if not isinstance(metric, Metric):
        return _one_by_one(lambda rows: metric(truth[rows], scores[rows]))
    tally = metric.tally(truth >= 0.5, scores)
    return lambda rows, lengths: metric.of(tally.levels, *tally.counts(rows, lengths))


def _one_by_one(statistic: Callable[[Indices], float]) -> _Resampled:
    return lambda rows, lengths: np.array(
        [statistic(part) for part in np.split(rows, np.cumsum(lengths)[:-1])]
    )


def _decided(metric: Metric, truth: Floats, scores: Floats, resamples: int, seed: int) -> Floats:
    """As decisions leave but four kinds of rows, their counts are drawn and not the rows."""
    tally = metric.tally(truth >= 0.5, scores)
    positives, negatives = tally.once()
    seen = np.concatenate([positives[0], negatives[0]])
    if truth.size < 2:
        return np.empty(0)
    counts = np.random.default_rng(seed).multinomial(truth.size, seen / truth.size, size=resamples)
    return metric.of(tally.levels, *np.split(counts.astype(float), 2, axis=1))


def _bounded(value: float, values: Floats) -> Interval:
    """`value` with the bounds of the resampled `values` that are defined."""
    defined = values[np.isfinite(values)]
    if np.isnan(value) or not defined.size:
        return Interval(float(value), np.nan, np.nan)
    low, high = np.percentile(defined, [2.5, 97.5])
    return Interval(float(value), float(low), float(high))


def _values(resampled: _Resampled, units: Indices, resamples: int, seed: int) -> Floats:
    """The statistic of every resample; of none where there is but one unit to draw, which tells no spread."""
    if units.size == 0 or units.max() == 0:
        return np.empty(0)
    return np.concatenate([resampled(*draw) for draw in _draws(units, resamples, seed)])


def _draws(units: Indices, resamples: int, seed: int) -> Iterator[tuple[Indices, Indices]]:
    """Portions of resamples: their row numbers, one resample after the other, and how many rows each has."""
    random = np.random.default_rng(seed)
    sizes = np.bincount(units)
    by_unit, starts = np.argsort(units, kind="stable"), np.cumsum(sizes) - sizes
    most = max(1, _PORTION // units.size)
    for done in range(0, resamples, most):
        drawn = random.integers(sizes.size, size=(min(most, resamples - done), sizes.size))
        lengths = sizes[drawn].ravel()
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        yield by_unit[np.repeat(starts[drawn].ravel(), lengths) + within], sizes[drawn].sum(axis=1)
