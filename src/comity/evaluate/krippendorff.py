"""Do raters agree more than chance would have it? Any number of raters, any of them missing anywhere."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from comity.evaluate.metric import Floats

Level = Literal["nominal", "ordinal", "interval"]


def alpha(ratings: ArrayLike, level: Level = "nominal") -> float:
    """Krippendorff's alpha (Krippendorff, 2011: Computing Krippendorff's Alpha-Reliability).

    ratings: float (raters, units), NaN where a rater said nothing; who of the raters gave a rating makes no difference.
    `level` is what differences mean: none (nominal), order (ordinal) or distance (interval). 1 is perfect agreement,
    0 what chance gives, below 0 is opposition; NaN if there are no two ratings of one unit, or all are the same.
    """
    ratings = np.asarray(ratings, float)
    paired = ratings[:, np.isfinite(ratings).sum(axis=0) > 1]
    given = np.isfinite(paired)
    values, place, counts = np.unique(paired[given], return_inverse=True, return_counts=True)
    if values.size < 2:
        return float("nan")
    if level == "nominal":
        columns = [paired == value for value in values]
    elif level == "ordinal":
        # The rank of a value is the middle of the places that it takes among all ratings in order.
        ranks = np.zeros(paired.shape)
        ranks[given] = (np.cumsum(counts) - counts / 2)[place]
        columns = [ranks]
    else:
        columns = [paired]
    raters = given.sum(axis=0)
    observed = sum(float((_spread(column, given, axis=0) / (raters - 1)).sum()) for column in columns)
    expected = sum(float(_spread(column, given, axis=None)) for column in columns) / (given.sum() - 1)
    return float(1 - observed / expected)


def _spread(column: NDArray[Any], given: NDArray[np.bool_], axis: int | None) -> Floats:
    """Squared differences summed over all pairs of given ratings, by way of sums: no table of pairs is needed."""
    shifted = np.where(given, column - column[given].mean(), 0)
    spread: Floats = given.sum(axis=axis) * (shifted**2).sum(axis=axis) - shifted.sum(axis=axis) ** 2
    return spread
