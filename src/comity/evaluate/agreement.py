"""Who agrees with whom: annotators, groups of annotators, and models as one more rater.

For the noise audit of "Vicarious Offense and Noise Audit of Offensive Speech Classifiers" (2023). Ratings are float
(n,), NaN where a rater said nothing. Fewer than 30 items give no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comity.evaluate.metric import Floats, Interval, check_probabilities, decisions
from comity.evaluate.metrics import FEWEST, rate

_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class AgreementMatrix:
    """Cohen's kappa of all pairs of raters, (k, k); NaN for pairs with fewer than 30 items in common."""

    raters: tuple[str, ...]
    kappa: Floats


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """How well decisions agree with what most of one group of annotators say."""

    items: int
    agreement: Interval | None
    kappa: float


def agreement_matrix(ratings: Mapping[str, ArrayLike]) -> AgreementMatrix:
    """By rater: an annotator's codes, or a model's decisions, float (n,) over the same items."""
    columns = [np.asarray(column, float) for column in ratings.values()]
    kappas = np.full((len(columns), len(columns)), np.nan)
    for i, first in enumerate(columns):
        for j, second in enumerate(columns):
            if (np.isfinite(first) & np.isfinite(second)).sum() >= FEWEST:
                kappas[i, j] = cohens_kappa(first, second)
    return AgreementMatrix(tuple(ratings), kappas)


def cohens_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two raters beyond chance, in [-1, 1] (Cohen, 1960: A Coefficient of Agreement for Nominal Scales);
    NaN if both always say the same thing, or no item was rated by both.
    """
    codes = np.asarray([first, second], float)
    ours, theirs = codes[:, np.isfinite(codes).all(axis=0)]
    if not ours.size:
        return float("nan")
    by_chance = sum(float((ours == code).mean() * (theirs == code).mean()) for code in np.unique(ours))
    return float(((ours == theirs).mean() - by_chance) / (1 - by_chance)) if by_chance < 1 else float("nan")


def soft_cross_entropy(shares: ArrayLike, scores: ArrayLike) -> float:
    """Mean cross-entropy, in nats, of scores against the share of annotators who say yes, (n,) each, in [0, 1]; lower
    is better. Scores closer than 1e-6 to 0 or 1 count as that close. NaN of no row; InputError for scores outside
    [0, 1]. The least that any score reaches is that of the shares against themselves.
    """
    shares, scores = np.asarray(shares, float), np.asarray(scores, float)
    both = np.isfinite(shares) & np.isfinite(scores)
    if not both.any():
        return float("nan")
    check_probabilities(scores)
    share, score = shares[both], np.clip(scores[both], _EDGE, 1 - _EDGE)
    return float(-(share * np.log(score) + (1 - share) * np.log(1 - score)).mean())


def group_agreement(
    shares: Mapping[str, ArrayLike], scores: ArrayLike, threshold: float
) -> dict[str, GroupAgreement]:
    """By group of annotators. `shares`: of each item the share of the group who say yes, float (n,), NaN for an item
    that nobody of them saw. Half and more count as yes. `scores`: float (n,) in [0, 1].
    """
    flagged = decisions(scores, threshold)
    found = {}
    for group, column in shares.items():
        said = decisions(column, 0.5)
        items = int((np.isfinite(said) & np.isfinite(flagged)).sum())
        found[group] = GroupAgreement(
            items,
            rate(int((said == flagged).sum()), items),
            cohens_kappa(said, flagged) if items >= FEWEST else float("nan"),
        )
    return found
