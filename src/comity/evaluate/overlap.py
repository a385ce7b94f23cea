"""Do two models make the same mistakes? If so, one is no check on the other.

After "Great Models Think Alike and this Undermines AI Oversight" (2025), for two options. `truth` as in `metrics`;
`ours` and `theirs` are float (n,), NaN is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from comity.evaluate.metric import Floats, check_probabilities


@dataclass(frozen=True, slots=True)
class SharedMistakes:
    """Rows that both decide wrongly, and that only one does."""

    both: int
    only_ours: int
    only_theirs: int


def capa(truth: ArrayLike, ours: ArrayLike, theirs: ArrayLike) -> float:
    """Chance adjusted probabilistic agreement of two models' probabilities: 1 if they always agree, 0 if no more than
    models of their accuracy would by chance, below 0 if their mistakes avoid each other.

    Chance: two models that are independent, each with its mean probability on the right option. Given decisions (1 or
    0) it is error consistency (Geirhos et al., 2020: Beyond Accuracy). NaN of no row, or if both are always right;
    InputError for scores outside [0, 1].
    """
    holds, first, second = _judged(truth, ours, theirs)
    if not holds.size:
        return float("nan")
    check_probabilities(first)
    check_probabilities(second)
    observed = float((first * second + (1 - first) * (1 - second)).mean())
    ours_right, theirs_right = (float(np.where(holds, one, 1 - one).mean()) for one in (first, second))
    expected = ours_right * theirs_right + (1 - ours_right) * (1 - theirs_right)
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")


def shared_mistakes(truth: ArrayLike, ours: ArrayLike, theirs: ArrayLike) -> SharedMistakes:
    """Of decisions, 1 or 0, (n,) each."""
    holds, first, second = _judged(truth, ours, theirs)
    ours_wrong, theirs_wrong = (first >= 0.5) != holds, (second >= 0.5) != holds
    return SharedMistakes(
        int((ours_wrong & theirs_wrong).sum()),
        int((ours_wrong & ~theirs_wrong).sum()),
        int((theirs_wrong & ~ours_wrong).sum()),
    )


def _judged(truth: ArrayLike, ours: ArrayLike, theirs: ArrayLike) -> tuple[NDArray[np.bool_], Floats, Floats]:
    columns = np.asarray([truth, ours, theirs], float)
    holds, first, second = columns[:, np.isfinite(columns).all(axis=0)]
    return holds >= 0.5, first, second
