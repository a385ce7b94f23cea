"""Calibration and operating points of one criterion, from validation rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.errors import CalibrationError
from comity.models.card import Calibration, Label, OperatingPoint
from comity.models.text_model import calibrated

_FEWEST = 10
_DECIMALS = 4


def calibrate(criterion: str, logits: NDArray[np.float32], annotations: NDArray[np.float32]) -> Label:
    """logits, annotations: (n,), NaN annotations are left out; shares of annotators are fitted as they are.

    Raises CalibrationError with fewer than 10 positives or negatives.
    """
    known = np.isfinite(annotations)
    evidence, truth = logits[known].astype(np.float64), annotations[known].astype(np.float64)
    holds = truth >= 0.5
    positives, negatives = int(holds.sum()), int((~holds).sum())
    if min(positives, negatives) < _FEWEST:
        raise CalibrationError(
            f"`{criterion}` has {positives} positive and {negatives} negative validation rows; 10 of each are needed"
        )
    calibration = platt(evidence, truth)
    scores = calibrated(logits[known][:, None], [calibration])[:, 0]
    thresholds = _thresholds(scores, holds)
    points = tuple(
        OperatingPoint(
            threshold=threshold,
            true_positives=int((holds & (scores >= threshold)).sum()),
            false_positives=int((~holds & (scores >= threshold)).sum()),
        )
        for threshold in thresholds
    )
    return Label(calibration=calibration, positives=positives, negatives=negatives, points=points)


def platt(logits: NDArray[np.float64], truth: NDArray[np.float64]) -> Calibration:
    """Logistic regression of truth in [0, 1] on one logit, (n,) each (Platt, 1999); a share counts on both sides."""
    from sklearn.linear_model import LogisticRegression

    both = np.concatenate([logits, logits])[:, None]
    sides = np.repeat([1, 0], len(truth))
    # The weak penalty keeps the curve finite where the classes can be told apart without error.
    curve = LogisticRegression(C=1e3).fit(both, sides, sample_weight=np.concatenate([truth, 1 - truth]))
    slope, intercept = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    if slope <= 0:
        raise CalibrationError("the scores do not rise with the annotations: the criterion was not learned")
    return Calibration(slope=round(slope, 6), intercept=round(intercept, 6))


def _thresholds(scores: NDArray[np.float32], holds: NDArray[np.bool_]) -> list[float]:
    """About fifty: where each thirtieth of the positives is lost, and where few negatives remain."""
    caught = np.quantile(scores[holds], np.linspace(0.01, 0.99, 31))
    spared = np.quantile(scores[~holds], [0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995])
    fixed = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    return sorted({round(float(value), _DECIMALS) for value in (*caught, *spared, *fixed)})
