"""From scores to probabilities: fitted on one half of the rows, to be measured on the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from comity.errors import CalibrationError
from comity.evaluate.metric import Floats, check_probabilities, known
from comity.models.card import Calibration

FEWEST_OF_A_CLASS = 10
_EDGE = 1e-6
"""Scores are moved this far from 0 and 1, whose log-odds are infinite."""
_MOST_STEPS = 100


def platt(truth: ArrayLike, scores: ArrayLike) -> Calibration:
    """Logistic regression of truth on the log-odds of scores in [0, 1], (n,) each; NaN is left out (Platt, 1999:
    Probabilistic Outputs for Support Vector Machines and Comparisons to Regularized Likelihood Methods).

    Raises CalibrationError with fewer than 10 positives or negatives, or if scores do not rise with the annotations;
    InputError for scores outside [0, 1].
    """
    holds, scores = known(truth, scores)
    positives, negatives = int(holds.sum()), int((~holds).sum())
    if min(positives, negatives) < FEWEST_OF_A_CLASS:
        raise CalibrationError(
            f"{positives} positive and {negatives} negative rows are too few to calibrate on;"
            f" {FEWEST_OF_A_CLASS} of each are needed"
        )
    # Platt's targets, not 1 and 0: the curve stays finite where scores tell the classes apart without error.
    targets = np.where(holds, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    evidence = log_odds(scores)
    slope, intercept = _logistic(evidence, targets) if np.ptp(evidence) > _EDGE else (0.0, 0.0)
    if slope <= 0:
        raise CalibrationError("the scores do not rise with the annotations, so they cannot be calibrated")
    return Calibration(slope=slope, intercept=intercept)


def recalibrated(scores: ArrayLike, calibration: Calibration) -> Floats:
    """The probabilities, in [0, 1], of scores in [0, 1]; NaN stays NaN."""
    return sigmoid(calibration.slope * log_odds(np.asarray(scores, float)) + calibration.intercept)


def _logistic(evidence: Floats, targets: Floats) -> tuple[float, float]:
    """Slope and intercept with the least cross-entropy, by Newton's method."""
    inputs, weights = np.stack([evidence, np.ones(evidence.size)], axis=1), np.zeros(2)
    for _ in range(_MOST_STEPS):
        shares = sigmoid(inputs @ weights)
        curvature = (inputs * (shares * (1 - shares))[:, None]).T @ inputs
        step = np.linalg.solve(curvature, inputs.T @ (shares - targets))
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def log_odds(scores: Floats) -> Floats:
    check_probabilities(scores)
    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def sigmoid(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
