"""One target of one suite, measured: scores against annotations, with floors, intervals and operating points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.errors import CalibrationError
from comity.evaluate import curves
from comity.evaluate.cases import Cases
from comity.evaluate.metrics import (
    FEWEST,
    Floats,
    Interval,
    Metric,
    auprc,
    best_f1,
    best_threshold,
    brier,
    confusion,
    ece,
    f1_at,
    interval,
    macro_f1_at,
    rate,
    recall_at_fpr,
    roc_auc,
)
from comity.evaluate.recalibrate import platt, recalibrated
from comity.evaluate.result import Bin, Calibrated, Example, Floor, Operating, TargetResult
from comity.evaluate.subject import Answers
from comity.evaluate.suite import Target
from comity.models.card import Measured

FALSE_POSITIVE_RATES = (0.05, 0.01, 0.001)
GIVEN = 0.5
_FEWEST_OF_A_CLASS = 15
_WORST = 5
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Threshold:
    """`source` says where it comes from."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One target on the rows of one split: truth and score, float (n,), NaN where nobody said."""

    truth: Floats
    score: Floats

    @property
    def annotated(self) -> NDArray[np.bool_]:
        return np.isfinite(self.truth)

    @property
    def judged(self) -> NDArray[np.bool_]:
        return self.annotated & np.isfinite(self.score)

    def can_calibrate(self) -> bool:
        holds = self.truth[self.judged] >= 0.5
        return bool(min(holds.sum(), (~holds).sum()) >= _FEWEST_OF_A_CLASS)


def fixed_threshold(calibration: Sample | None) -> Threshold:
    """The one with the best F1 on the calibration half; 0.5 where that has too few rows of a class."""
    if calibration is None or not calibration.can_calibrate():
        return Threshold(GIVEN, "as given: too few calibration rows of a class")
    value = best_threshold(calibration.truth, calibration.score)
    return Threshold(value, f"best F1 on the calibration half ({int(calibration.judged.sum())} rows)")


def measure(
    name: str,
    target: Target,
    cases: Cases,
    answers: Answers,
    test: Sample,
    calibration: Sample | None,
    *,
    floors: Sequence[Floor] = (),
    groups: Iterable[object] | None = None,
    seed: int = 0,
) -> TargetResult:
    """`test` and `calibration` hold the scores for this target, `groups` (n,) what makes rows belong together."""
    threshold = fixed_threshold(calibration)
    rows = int(test.annotated.sum())
    positives = int((test.truth[test.annotated] >= 0.5).sum())
    judged_positives = int((test.truth[test.judged] >= 0.5).sum())
    enough = int(test.judged.sum()) >= FEWEST
    estimate = _Estimate(test.truth, groups, seed)
    risk = curves.risk_coverage(test.truth, test.score) if enough else None
    return TargetResult(
        target=name,
        criteria=target.criteria,
        rows=rows,
        positives=positives,
        masked=len(cases) - rows,
        unjudged=rows - int(test.judged.sum()),
        floors=tuple(floors),
        roc_auc=estimate(roc_auc, test.score),
        auprc=estimate(auprc, test.score),
        recall_at={
            f"{most:g}": estimate(recall_at_fpr(most), test.score) if judged_positives >= FEWEST else None
            # With fewer negatives than one in that many, the rate cannot be seen.
            for most in FALSE_POSITIVE_RATES
            if (rows - positives) * most >= 1
        },
        operating=_operating(test, threshold, estimate),
        oracle=_oracle(test, estimate),
        decided=_decided(test, answers, estimate),
        before=_calibrated(test.truth, test.score),
        after=_after(test, calibration),
        pr_curve=curves.pr_curve(test.truth, test.score) if enough else (),
        risk_coverage=risk.points if risk else (),
        aurc=finite(risk.area) if risk else None,
        worst=_worst(cases, test),
    )


def measured(found: Interval | None) -> Measured | None:
    """None where the number is not defined."""
    if found is None or not np.isfinite([found.value, found.low, found.high]).all():
        return None
    return Measured(value=found.value, low=found.low, high=found.high)


def finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Metrics with intervals on rows of one truth; None for fewer than 30 rows."""

    truth: Floats
    groups: Iterable[object] | None
    seed: int

    def __call__(self, metric: Metric, scores: Floats) -> Measured | None:
        if int((np.isfinite(scores) & np.isfinite(self.truth)).sum()) < FEWEST:
            return None
        return measured(interval(metric, self.truth, scores, groups=self.groups, seed=self.seed))


def _operating(test: Sample, threshold: Threshold, estimate: _Estimate) -> Operating:
    """A row without a score is one that nobody stopped: it counts as not flagged."""
    flagged = np.where(np.isfinite(test.score), test.score >= threshold.value, False).astype(float)
    return _at(flagged, test, threshold, estimate)


def _at(flagged: Floats, test: Sample, threshold: Threshold, estimate: _Estimate) -> Operating:
    counts = confusion(test.truth, flagged, GIVEN)
    hits, alarms = counts.true_positives, counts.false_positives
    there = hits + counts.false_negatives > 0  # else F1 says nothing
    return Operating(
        threshold=finite(threshold.value),
        source=threshold.source,
        f1=estimate(f1_at(GIVEN), flagged) if there else None,
        macro_f1=estimate(macro_f1_at(GIVEN), flagged) if there else None,
        precision=measured(rate(hits, hits + alarms)),
        recall=measured(rate(hits, hits + counts.false_negatives)),
        false_positive_rate=measured(rate(alarms, alarms + counts.true_negatives)),
    )


def _oracle(test: Sample, estimate: _Estimate) -> Operating | None:
    """The best F1 that any threshold reaches on the test rows themselves: a bound, not a result."""
    if not test.can_calibrate():
        return None
    threshold = best_threshold(test.truth, test.score)
    return Operating(
        threshold=threshold, source="oracle: chosen on the test rows", f1=estimate(best_f1, test.score)
    )


def _decided(test: Sample, answers: Answers, estimate: _Estimate) -> Operating | None:
    if answers.flagged is None:
        return None
    return _at(
        answers.flagged.astype(float), test, Threshold(np.nan, "the subject's own decisions"), estimate
    )


def _calibrated(truth: Floats, scores: Floats) -> Calibrated | None:
    if int((np.isfinite(truth) & np.isfinite(scores)).sum()) < FEWEST:
        return None
    bins = (
        Bin(score=round(found.score, 4), share=round(found.share, 4), rows=found.rows)
        for found in curves.reliability(truth, scores)
    )
    return Calibrated(ece=finite(ece(truth, scores)), brier=finite(brier(truth, scores)), bins=tuple(bins))


def _after(test: Sample, calibration: Sample | None) -> Calibrated | None:
    if calibration is None or not calibration.can_calibrate():
        return None
    try:
        fitted = platt(calibration.truth, calibration.score)
    except CalibrationError:
        return None
    return _calibrated(test.truth, recalibrated(test.score, fitted))


def _worst(cases: Cases, test: Sample) -> tuple[Example, ...]:
    """The highest scores among negatives and the lowest among positives, the same number of each."""
    surprise = np.where(test.judged, np.abs((test.truth >= 0.5) - test.score), -1.0)
    found: list[Example] = []
    for side in (test.truth >= 0.5, test.truth < 0.5):
        order = np.argsort(np.where(side, -surprise, 2.0), kind="stable")[:_WORST]
        found += [
            Example(
                id=cases.rows[place].id,
                text=cases.rows[place].item.parts[0].text[:_SHOWN],
                truth=round(float(test.truth[place]), 4),
                score=round(float(test.score[place]), 4),
            )
            for place in order
            if side[place] and surprise[place] > GIVEN
        ]
    return tuple(found)
