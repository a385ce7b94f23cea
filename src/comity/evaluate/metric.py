"""What a metric is: a number made of how many positives and how many negatives got each score.

Everywhere `truth` is float (n,): 1 holds, 0 does not, NaN nobody said; a share of annotators counts as 1 from 0.5 up.
`scores` is float (n,). Rows with NaN in either are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from comity.errors import InputError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Metric:
    """Call it with truth and scores; NaN where the judged rows do not define it (only one class, no row).

    `of(levels, positives, negatives)` computes it for many resamples at once. `levels` are the distinct scores, highest
    first, (g,); `positives` and `negatives` count the rows that have each of them, (resamples, g); the result is
    (resamples,). A metric of decisions has a `threshold`, and its levels are 1 (flagged) and 0.
    """

    of: Callable[[Floats, Floats, Floats], Floats]
    threshold: float | None = None

    def __call__(self, truth: ArrayLike, scores: ArrayLike) -> float:
        tally = self.tally(*known(truth, scores))
        return float(self.of(tally.levels, *tally.once())[0])

    def tally(self, holds: NDArray[np.bool_], scores: Floats) -> Tally:
        return Tally.of(holds, scores if self.threshold is None else decisions(scores, self.threshold))


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows by score and class. `levels`: the distinct scores, highest first, (g,). `cells`: for each row the place of
    its score among them, plus g if it is a negative, (n,).
    """

    levels: Floats
    cells: Indices

    @classmethod
    def of(cls, holds: NDArray[np.bool_], scores: Floats) -> Self:
        falling, place = np.unique(-scores, return_inverse=True)
        return cls(-falling, np.where(holds, place, place + falling.size))

    def once(self) -> tuple[Floats, Floats]:
        """Positives and negatives at each level, every row once: (1, g) each."""
        rows = np.arange(self.cells.size)
        return self.counts(rows, np.array([rows.size]))

    def counts(self, rows: Indices, lengths: Indices) -> tuple[Floats, Floats]:
        """Positives and negatives at each level, (resamples, g) each. `rows` holds the row numbers of all resamples,
        one resample after the other; `lengths` says how many each has, (resamples,).
        """
        width = 2 * self.levels.size
        cells = self.cells[rows] + np.repeat(np.arange(lengths.size) * width, lengths)
        counts = np.bincount(cells, minlength=lengths.size * width).astype(float)
        both = counts.reshape(lengths.size, 2, self.levels.size)
        return both[:, 0], both[:, 1]


def known(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    """The judged rows: whether the criterion holds, bool (m,), and the score, float (m,)."""
    truth, scores = np.asarray(truth, float), np.asarray(scores, float)
    both = np.isfinite(truth) & np.isfinite(scores)
    return truth[both] >= 0.5, scores[both]


def decisions(scores: ArrayLike, threshold: float) -> Floats:
    """1 from the threshold up, 0 below it, NaN where there is no score."""
    scores = np.asarray(scores, float)
    return np.where(np.isfinite(scores), (scores >= threshold).astype(float), np.nan)


def check_probabilities(scores: Floats) -> None:
    """Raises InputError if a score lies outside [0, 1]; NaN passes."""
    if ((scores < 0) | (scores > 1)).any():
        raise InputError(
            "scores must lie in [0, 1] to be read as probabilities",
            next_step="Map them into [0, 1] first, or ask only for metrics of order such as roc_auc.",
        )
