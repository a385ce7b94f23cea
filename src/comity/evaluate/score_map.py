"""From our scores to those of another scorer, such that thresholds keep their meaning. numpy only.

`ours` and `theirs` are float (n,): the scores, in [0, 1], that the two scorers gave the same rows.

The map is an equipercentile link (Kolen and Brennan, 2014: Test Equating, Scaling, and Linking): at each level of
theirs it finds the cut of ours that flags as many of the rows, and it is linear in between. A regression would agree
about as often, but draw the high scores towards the mean, so that a threshold of 0.9 hardly flags anything any more.
A link to flag rates holds for rows as mixed as those it was fitted on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from comity.errors import CalibrationError, InputError
from comity.evaluate.metrics import Floats, Interval, wilson

LEVELS = tuple(step / 20 for step in range(1, 20))
FEWEST_ROWS = 50
FEWEST_FLAGGED = 5
"""Levels that fewer rows reach have no knot: their cut would rest on chance."""
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """`knots` are pairs (ours, theirs) from (0, 0) to (1, 1): ours rise, theirs never fall.

    Raises InputError for knots that do not.
    """

    knots: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    def __post_init__(self) -> None:
        ends = self.knots[:1] + self.knots[-1:]
        rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(self.knots))
        if ends != ((0.0, 0.0), (1.0, 1.0)) or not rising:
            raise InputError("the knots of a score map must rise from [0, 0] to [1, 1]")

    @classmethod
    def fit(cls, ours: ArrayLike, theirs: ArrayLike) -> Self:
        """Raises CalibrationError for fewer than 50 rows."""
        ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
        if ours.size < FEWEST_ROWS:
            raise CalibrationError(
                f"{ours.size} rows are too few to fit a score map; {FEWEST_ROWS} are needed"
            )
        knots = [(0.0, 0.0)]
        for level in LEVELS:
            flagged = int((theirs >= level).sum())
            if flagged < FEWEST_FLAGGED:
                break
            cut = round(cut_for_count(ours, flagged), _DIGITS)
            if cut >= 1.0:
                break
            if cut > knots[-1][0]:
                knots.append((cut, level))
            elif len(knots) > 1:
                knots[-1] = (knots[-1][0], level)
        return cls((*knots, (1.0, 1.0)))

    def __call__(self, score: float) -> float:
        """Their score for a `score` of ours, both in [0, 1]."""
        after = bisect_right(self.knots, score, hi=len(self.knots) - 1, key=lambda knot: knot[0])
        (x0, y0), (x1, y1) = self.knots[after - 1 : after + 1]
        return y0 + (y1 - y0) * (score - x0) / (x1 - x0)

    def many(self, scores: ArrayLike) -> Floats:
        """Their scores for float (n,) scores of ours."""
        xs, ys = np.array(self.knots).T
        mapped: Floats = np.interp(np.asarray(scores, float), xs, ys)
        return mapped


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two scorers at one threshold, on rows that fitted nothing: how often both flag, or both do not.

    `ours` and `theirs` are the shares of rows that each flags. precision, recall: of our flags against theirs.
    """

    threshold: float
    agreement: Interval
    precision: float
    recall: float
    ours: float
    theirs: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How well mapped scores stand for theirs on `rows` that did not fit the map. `error` is the mean absolute one."""

    rows: int
    spearman: float
    error: float
    at: tuple[Agreement, ...]


def measure(score_map: ScoreMap, ours: ArrayLike, theirs: ArrayLike, thresholds: Sequence[float]) -> Figures:
    mapped, theirs = score_map.many(ours), np.asarray(theirs, float)
    return Figures(
        theirs.size,
        spearman(ours, theirs),
        float(np.abs(mapped - theirs).mean()),
        tuple(agreement(mapped >= at, theirs >= at, at) for at in thresholds),
    )


def agreement(flagged: ArrayLike, by_them: ArrayLike, threshold: float) -> Agreement:
    """`flagged` and `by_them` are bool (n,). The interval is Wilson's (1927), at 95 %."""
    flagged, by_them = np.asarray(flagged, bool), np.asarray(by_them, bool)
    both = float((flagged & by_them).sum())
    return Agreement(
        threshold,
        wilson(int((flagged == by_them).sum()), flagged.size),
        both / flagged.sum() if flagged.any() else float("nan"),
        both / by_them.sum() if by_them.any() else float("nan"),
        float(flagged.mean()),
        float(by_them.mean()),
    )


def cut_for_count(scores: Floats, count: int) -> float:
    """The cut, halfway between two scores, from which up `count` rows are flagged: fewer only where scores tie."""
    if count <= 0:
        return 1.0
    falling = np.sort(scores)[::-1]
    if count >= falling.size:
        return 0.0
    return float(falling[count - 1] + falling[count]) / 2


def cut_for_agreement(scores: Floats, by_them: ArrayLike) -> float:
    """The cut of `scores` that agrees most often with `by_them`, bool (n,); the middle one of equally good cuts."""
    order = np.argsort(scores)
    rising, holds = scores[order], np.asarray(by_them, bool)[order]
    right = np.concatenate([[0], np.cumsum(~holds)]) + holds.sum() - np.concatenate([[0], np.cumsum(holds)])
    # A cut between two equal scores would tear them apart.
    right[1:-1][np.diff(rising) == 0] = -1
    best = np.flatnonzero(right == right.max())
    place = int(best[(best.size - 1) // 2])
    return cut_for_count(scores, scores.size - place)


def spearman(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Spearman's rank correlation (1904), ties by mean rank, in [-1, 1]; NaN where one scorer never varies."""
    first, second = _ranks(np.asarray(ours, float)), _ranks(np.asarray(theirs, float))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(scores: Floats) -> Floats:
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2)[place]
    return ranks
