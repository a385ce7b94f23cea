"""How a model's score and a word list's hits become one probability, fitted on validation rows."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity.content import Item
from comity.detect import Detector, Signals
from comity.models.card import Combination

log = logging.getLogger(__name__)
_EPSILON = 1e-6
_FEWEST_HITS = 30
_FOLDS = 5


def combine(
    criteria: Sequence[str],
    scores: NDArray[np.float32],
    annotations: NDArray[np.float32],
    texts: Sequence[str],
    other: Detector,
) -> dict[str, Combination]:
    """Criterion → how the model and `other` combine there, where that is worth having.

    scores: calibrated, (n, k); annotations: (n, k) in [0, 1], NaN where nobody said. A criterion gets a combination if
    at least 30 annotated rows are hit by `other`, its weight there is not negative, and the fitted rule predicts the
    annotations better (log loss in five folds) than the maximum of the two scores, which is used otherwise.
    """
    hits = list_hits(other, texts, criteria, "en")
    combinations = {}
    for column, criterion in enumerate(criteria):
        known = np.isfinite(annotations[:, column])
        truth = annotations[known, column].astype(np.float64)
        model = scores[known, column].astype(np.float64)
        hit = hits[known, column]
        if (hit > 0).sum() < _FEWEST_HITS:
            continue
        features = np.stack([_log_odds(model), np.where(hit > 0, np.maximum(0, _log_odds(hit)), 0)], axis=1)
        fitted, best = _cross_validated(features, truth), _log_loss(np.maximum(model, hit), truth)
        weight, other_weight, bias = _logistic(features, truth)
        log.info(
            "%s: %d hits, log loss %.4f with the fitted rule, %.4f with the maximum",
            criterion,
            (hit > 0).sum(),
            fitted,
            best,
        )
        if fitted < best and weight > 0 and other_weight >= 0:
            combinations[criterion] = Combination(
                bias=round(bias, 4), weight=round(weight, 4), others={other.name: round(other_weight, 4)}
            )
    return combinations


def list_hits(
    other: Detector, texts: Sequence[str], criteria: Sequence[str], lang: str
) -> NDArray[np.float64]:
    """(n, k): the detector's score of texts in `lang`, 0 where it gave no signal."""
    found = np.zeros((len(texts), len(criteria)))
    columns = {criterion: column for column, criterion in enumerate(criteria)}
    for row, outcome in enumerate(other.detect([Item.text(text, lang=lang) for text in texts])):
        for signal in outcome.signals if isinstance(outcome, Signals) else ():
            if signal.criterion in columns:
                found[row, columns[signal.criterion]] = signal.score
    return found


def _logistic(features: NDArray[np.float64], truth: NDArray[np.float64]) -> tuple[float, float, float]:
    """Two weights and the bias of a logistic regression on soft annotations: a share counts on both sides."""
    from sklearn.linear_model import LogisticRegression

    both, sides = np.concatenate([features, features]), np.repeat([1, 0], len(truth))
    fit = LogisticRegression(C=1e3).fit(both, sides, sample_weight=np.concatenate([truth, 1 - truth]))
    return float(fit.coef_[0, 0]), float(fit.coef_[0, 1]), float(fit.intercept_[0])


def _cross_validated(features: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    folds = np.random.default_rng(0).integers(0, _FOLDS, len(truth))
    predicted = np.empty_like(truth)
    for fold in range(_FOLDS):
        inside = folds == fold
        *weights, bias = _logistic(features[~inside], truth[~inside])
        predicted[inside] = 1 / (1 + np.exp(-(features[inside] @ np.array(weights) + bias)))
    return _log_loss(predicted, truth)


def _log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(probability, _EPSILON, 1 - _EPSILON)
    odds: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return odds


def _log_loss(predicted: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    clipped = np.clip(predicted, _EPSILON, 1 - _EPSILON)
    return float(-(truth * np.log(clipped) + (1 - truth) * np.log(1 - clipped)).mean())
