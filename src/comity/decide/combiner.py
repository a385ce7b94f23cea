"""Several detectors on one criterion, one probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Combiner:
    """A logistic rule over detectors' log-odds, fitted on calibration data.

    `base` is the detector that always scores; each of `weights` (detector → weight, all ≥ 0) adds its log-odds only
    where it gave a signal, since the silence of a word list says nothing. All weights being non-negative, no
    detector's suspicion ever lowers the result.
    """

    base: str
    base_weight: float
    bias: float
    weights: Mapping[str, float]

    def combine(self, scores: Mapping[str, float]) -> float:
        """scores: detector → probability of those that gave one. Without `base` the result is their maximum."""
        if self.base not in scores:
            return max(scores.values())
        total = self.bias + self.base_weight * _logit(scores[self.base])
        for detector, weight in self.weights.items():
            if detector in scores:
                total += weight * max(0.0, _logit(scores[detector]))
        return 1 / (1 + exp(-total))


def corrected(score: float, correction: float) -> float:
    """`score` moved by the log-odds of `correction`; by one half it stays."""
    return 1 / (1 + exp(-(_logit(score) + _logit(correction))))


def _logit(probability: float) -> float:
    clipped = min(max(probability, _EPSILON), 1 - _EPSILON)
    return log(clipped / (1 - clipped))
