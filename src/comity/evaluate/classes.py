"""Metrics of one class of several: integer codes in, numbers out.

`truth` and `predicted` are (n,): a class's code, or NaN for a row that nobody judged, which counts for nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from comity.evaluate.metric import Floats


def accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """The share of rows with the right class; NaN of no row."""
    truth, predicted = _judged(truth, predicted)
    return float((truth == predicted).mean()) if truth.size else float("nan")


def macro_f1(truth: ArrayLike, predicted: ArrayLike) -> float:
    """The mean F1 of the classes that occur in truth or among the predictions; NaN of no row."""
    truth, predicted = _judged(truth, predicted)
    f1s = [
        2
        * ((truth == code) & (predicted == code)).sum()
        / ((truth == code).sum() + (predicted == code).sum())
        for code in np.union1d(truth, predicted)
    ]
    return float(np.mean(f1s)) if f1s else float("nan")


def _judged(truth: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    both = np.isfinite(truth) & np.isfinite(predicted)
    return truth[both], predicted[both]
