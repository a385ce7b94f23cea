"""Calibration data of a plan: fitted combiners, and the operating points that a stated risk is resolved against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from comity.decide.combiner import Combiner
from comity.errors import CalibrationError
from comity.policy.document import Measure


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What was measured on the calibration split if one acts from `threshold` on. All in [0, 1]."""

    threshold: float
    precision: float
    recall: float
    fpr: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """By criterion; a criterion without an entry has no fitted combiner, or cannot be given as a risk."""

    combiners: Mapping[str, Combiner] = field(default_factory=dict)
    points: Mapping[str, Sequence[OperatingPoint]] = field(default_factory=dict)

    def threshold(self, criterion: str, measure: Measure, value: float) -> float:
        """The threshold that meets the risk and misses least.

        `precision` and `fpr`: the lowest threshold from which on every measured point meets it. `recall`: the highest
        that still reaches it. Raises CalibrationError if no point does, or nothing was measured.
        """
        points = sorted(self.points.get(criterion, ()), key=lambda point: point.threshold)
        if not points:
            raise CalibrationError(
                f"`{criterion}` has no calibration data, so a {measure} cannot be promised for it",
                next_step="Give a number as its threshold.",
            )
        if measure == "recall":
            reaching = [point.threshold for point in points if point.recall >= value]
            if reaching:
                return max(reaching)
        else:
            chosen = None
            for point in reversed(points):
                meets = point.precision >= value if measure == "precision" else point.fpr <= value
                if not meets:
                    break
                chosen = point.threshold
            if chosen is not None:
                return chosen
        raise CalibrationError(
            f"no threshold of `{criterion}` gives a {measure} of {value:g} on the calibration data",
            next_step=f"The best is {_best(points, measure):.2f}; ask for that, or give a number as the threshold.",
        )


NO_CALIBRATION = Calibration()


def _best(points: Sequence[OperatingPoint], measure: Measure) -> float:
    values = [float(getattr(point, measure)) for point in points]
    return min(values) if measure == "fpr" else max(values)
