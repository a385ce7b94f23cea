"""What the plots of a report show: precision-recall, reliability, risk-coverage. At most 100 points a curve.

`truth`, `scores`: float (n,), NaN is left out, as in `metrics`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comity.evaluate.metric import Floats, Tally, check_probabilities, known
from comity.evaluate.metrics import BINS, bin_of

MOST_POINTS = 100
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose scores lie between two bounds: how many, their mean score, and the share of positives among them."""

    rows: int
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """`points` are (coverage, risk): when only the surest share of rows is decided, how many of those decisions are
    wrong. `area` under the curve is the mean risk over all coverages; lower is better, NaN of no row.
    """

    points: Points
    area: float


def pr_curve(truth: ArrayLike, scores: ArrayLike) -> Points:
    """(recall, precision) from the highest threshold to the lowest; none without positives."""
    holds, scores = known(truth, scores)
    if not holds.any():
        return ()
    positives, negatives = Tally.of(holds, scores).once()
    caught, flagged = np.cumsum(positives), np.cumsum(positives + negatives)
    return _thinned(caught / caught[-1], caught / flagged)


def reliability(truth: ArrayLike, scores: ArrayLike) -> tuple[Bin, ...]:
    """The 15 bins of equal width that `ece` sums over, those without rows left out. Raises InputError for scores
    outside [0, 1].
    """
    holds, scores = known(truth, scores)
    check_probabilities(scores)
    place = bin_of(scores)
    rows = np.bincount(place, minlength=BINS)
    sums, positives = np.bincount(place, scores, BINS), np.bincount(place, holds, BINS)
    return tuple(
        Bin(int(rows[bin_]), float(sums[bin_] / rows[bin_]), float(positives[bin_] / rows[bin_]))
        for bin_ in np.flatnonzero(rows)
    )


def risk_coverage(truth: ArrayLike, scores: ArrayLike, threshold: float = 0.5) -> RiskCoverage:
    """Decisions at `threshold`, from the surest to the least sure (Geifman et al., 2019: Bias-Reduced Uncertainty
    Estimation for Deep Neural Classifiers).

    A decision is as sure as its score is far from the threshold, as a share of the room on that side; at 0.5 that is
    the order of max(p, 1 - p). Rows that are equally sure come in random order: the area is its expected value. Raises
    InputError for scores outside [0, 1].
    """
    holds, scores = known(truth, scores)
    check_probabilities(scores)
    if not holds.size:
        return RiskCoverage((), float("nan"))
    flagged = scores >= threshold
    room = np.where(flagged, 1 - threshold, threshold)
    sure = np.divide(np.abs(scores - threshold), room, out=np.zeros(scores.size), where=room > 0)
    _, place, sizes = np.unique(-sure, return_inverse=True, return_counts=True)
    mistakes = np.bincount(place, flagged != holds)
    decided = np.cumsum(sizes)
    # Among equally sure rows each is as likely to be a mistake as any other.
    expected = np.cumsum(np.repeat(mistakes / sizes, sizes))
    area = float((expected / np.arange(1, holds.size + 1)).mean())
    return RiskCoverage(_thinned(decided / holds.size, np.cumsum(mistakes) / decided), area)


def _thinned(xs: Floats, ys: Floats) -> Points:
    """At most 100 of the points, evenly spread over `xs`, which never fall; the first and the last among them."""
    if xs.size > MOST_POINTS:
        places = np.searchsorted(xs, np.linspace(xs[0], xs[-1], MOST_POINTS))
        places[0], places[-1] = 0, xs.size - 1
        kept = np.unique(places)
        xs, ys = xs[kept], ys[kept]
    return tuple(zip(xs.tolist(), ys.tolist(), strict=True))
