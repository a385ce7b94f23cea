"""Fitting an ordinal head: one direction in the embedding, and a threshold for each grade.

P(grade >= k) = sigmoid(weights . vector - threshold of k). The loss is the sum of the binary cross-entropies of all
thresholds with one set of weights ("Rank Consistent Ordinal Regression for Neural Networks with Application to Age
Estimation", 2020, which shows that the thresholds are in order where it is least); with one grade it is logistic
regression. Heads on a frozen embedding, one a criterion: "LionGuard 2: Building Lightweight, Data-Efficient & Localised
Multilingual Content Moderators" (2025).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_MOST_STEPS = 200
_REST = 1e-8
_EDGE = 1e-3


@dataclass(frozen=True, slots=True)
class OrdinalHead:
    """`weights` float64 (d,); `thresholds` float64 (k,), rising, of grades 1 to k."""

    weights: Floats
    thresholds: Floats


def fit_path(
    vectors: NDArray[np.float32], reached: Floats, strengths: Sequence[float]
) -> Iterator[OrdinalHead]:
    """One head for each strength of the L2 penalty; from strong to weak is fastest, as each starts at the one before.

    vectors: (n, d). reached: (n, k), the share of annotators, in [0, 1], who give grade 1, ..., k or more: no column
    exceeds the one before it. Strengths do not depend on n nor on the scale of the vectors.
    """
    from scipy.optimize import minimize

    centre = vectors.mean(axis=0)
    centred = vectors - centre
    scale = np.float32(max(1e-12, np.linalg.norm(centred) / np.sqrt(max(1, len(centred)))))
    centred /= scale
    share = np.clip(reached.mean(axis=0), _EDGE, 1 - _EDGE)
    place = np.concatenate([np.zeros(vectors.shape[1]), np.log(share / (1 - share))])
    for strength in strengths:
        found = minimize(
            _loss,
            place,
            (centred, reached, strength),
            "L-BFGS-B",
            jac=True,
            options={"maxiter": _MOST_STEPS, "ftol": _REST},
        )
        place = found.x
        weights = place[: -reached.shape[1]] / scale
        thresholds = weights @ centre - place[-reached.shape[1] :]
        # In order already where the search has come to its end.
        yield OrdinalHead(weights, np.maximum.accumulate(thresholds))


def _loss(
    place: Floats, vectors: NDArray[np.float32], reached: Floats, strength: float
) -> tuple[float, Floats]:
    """The mean loss of a row, with the penalty, and its gradient."""
    weights, biases = place[: -reached.shape[1]], place[-reached.shape[1] :]
    logits = (vectors @ weights.astype(np.float32))[:, None] + biases
    loss = (np.logaddexp(0, logits) - reached * logits).sum() / len(vectors)
    errors = (1 / (1 + np.exp(-np.clip(logits, -80, 80))) - reached) / len(vectors)
    slope = vectors.T @ errors.sum(axis=1).astype(np.float32) + strength * weights
    return float(loss + strength / 2 * weights @ weights), np.concatenate([slope, errors.sum(axis=0)])
