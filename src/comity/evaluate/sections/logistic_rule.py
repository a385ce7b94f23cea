"""Multinomial logistic regression, for a few hundred weights. numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.metrics import Floats

_STEPS = 100
_HALVINGS = 30
_SMALL = 1e-8
_DAMPING = 1e-9


@dataclass(frozen=True, slots=True)
class LogisticRule:
    """`weights`, float (d + 1, K): the last row holds the intercepts, which the L2 penalty (1/2) spares."""

    weights: Floats

    @classmethod
    def fit(cls, features: Floats, classes: NDArray[np.intp], count: int) -> Self:
        """features: float (n, d). classes: int (n,), each of 0 to `count` - 1 at least once. By Newton's method, with
        halved steps where a whole one would overshoot.
        """
        inputs, wanted = _with_one(features), np.eye(count)[classes]
        penalty = np.ones((inputs.shape[1], 1))
        penalty[-1] = 0
        weights = np.zeros((inputs.shape[1], count))

        def loss(weights: Floats) -> float:
            fit = (_log_softmax(inputs @ weights) * wanted).sum()
            return float((penalty * weights**2).sum() / 2 - fit)

        for _ in range(_STEPS):
            probabilities = np.exp(_log_softmax(inputs @ weights))
            slope = inputs.T @ (probabilities - wanted) + penalty * weights
            step = np.linalg.solve(_curvature(inputs, probabilities, penalty), slope.T.ravel())
            step = step.reshape(count, -1).T
            before = loss(weights)
            halvings = (0.5**halving for halving in range(_HALVINGS))
            size = next((size for size in halvings if loss(weights - size * step) <= before), 0.0)
            weights = weights - size * step
            if size == 0 or np.abs(step).max() < _SMALL:
                break
        return cls(weights)

    def probabilities(self, features: Floats) -> Floats:
        """Of each class: float (n, K), rows sum to 1."""
        chances: Floats = np.exp(_log_softmax(_with_one(features) @ self.weights))
        return chances


def _with_one(features: Floats) -> Floats:
    return np.column_stack([features, np.ones(len(features))])


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def _curvature(inputs: Floats, probabilities: Floats, penalty: Floats) -> Floats:
    """The Hessian over the weights, one class after another: float (K(d + 1), K(d + 1))."""
    rows, count = probabilities.shape
    width = inputs.shape[1]
    weighted = (probabilities[:, :, None] * inputs[:, None, :]).reshape(rows, count * width)
    curvature: Floats = -(weighted.T @ weighted)
    of_class = inputs.T @ weighted
    for start in range(0, count * width, width):
        block = slice(start, start + width)
        curvature[block, block] += of_class[:, block] + np.diag(penalty[:, 0])
    # The same added to all intercepts changes nothing: without this the matrix would be singular, and without damping
    # it would be so where every row is certain.
    curvature[width - 1 :: width, width - 1 :: width] += 1
    curvature[np.diag_indices(len(curvature))] += _DAMPING
    return curvature
