"""Calibration data of a plan: fitted combiners, and what a stated risk is resolved against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from comity.decide.combiner import Combiner
from comity.errors import CalibrationError
from comity.policy.document import Measure


class Resolves(Protocol):
    """What knows the operating points of one criterion, such as a label of a model's card."""

    def threshold(self, measure: Measure, value: float) -> float:
        """The threshold that meets the risk. Raises CalibrationError if none does."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """By criterion; one without an entry has no fitted combiner, or cannot be given as a risk."""

    combiners: Mapping[str, Combiner] = field(default_factory=dict)
    labels: Mapping[str, Resolves] = field(default_factory=dict)

    def threshold(self, criterion: str, measure: Measure, value: float) -> float:
        """The threshold of `criterion` that meets the risk. Raises CalibrationError."""
        if criterion not in self.labels:
            raise CalibrationError(
                f"`{criterion}` has no calibration data, so a {measure} cannot be promised for it",
                next_step="Give a number as its threshold.",
            )
        try:
            return self.labels[criterion].threshold(measure, value)
        except CalibrationError as error:
            raise CalibrationError(error.what, where=criterion, next_step=error.next_step) from None


NO_CALIBRATION = Calibration()
