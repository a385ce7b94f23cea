"""What the outcomes so far say of one criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from comity.decide.plan import Plan
from comity.detect import Abstained, Failed, Outcome, Signal, Signals


@dataclass(frozen=True, slots=True)
class Judgement:
    """`score` is None where no detector judged the criterion (yet). `pending` are the detectors not asked yet;
    `failed` and `abstained` are `detector: reason` of those that gave no answer. `fitted`: a fitted rule combined the
    scores, otherwise their maximum was taken.
    """

    criterion: str
    score: float | None
    signals: tuple[Signal, ...]
    pending: tuple[str, ...]
    failed: tuple[str, ...]
    abstained: tuple[str, ...]
    fitted: bool

    def reaches(self, threshold: float) -> bool:
        """The score is at `threshold` or over, whatever is still to come: a maximum can only rise, while a fitted
        combination is known when all its detectors have answered.
        """
        return self.score is not None and self.score >= threshold and not (self.fitted and self.pending)


def judge(criterion: str, plan: Plan, outcomes: Mapping[str, Outcome]) -> Judgement:
    """The judgement of `criterion` under `plan` from the `outcomes` (detector → outcome) so far."""
    signals: list[Signal] = []
    scores: dict[str, float] = {}
    pending: list[str] = []
    failed: list[str] = []
    abstained: list[str] = []
    for detector in plan.providers.get(criterion, ()):
        match outcomes.get(detector):
            case None:
                pending.append(detector)
            case Failed(reason):
                failed.append(f"{detector}: {reason}")
            case Abstained(reason):
                abstained.append(f"{detector}: {reason}")
            case Signals() as outcome:
                found = [signal for signal in outcome.signals if signal.criterion == criterion]
                signals.extend(found)
                if found:
                    scores[detector] = max(signal.score for signal in found)
                elif criterion in outcome.judged:
                    scores[detector] = 0.0
                else:
                    abstained.append(f"{detector}: found nothing, which clears nothing")
    combiner = plan.combiners.get(criterion)
    score = None
    if scores:
        score = combiner.combine(scores) if combiner else max(scores.values())
    return Judgement(
        criterion,
        score,
        tuple(sorted(signals, key=lambda signal: -signal.score)),
        tuple(pending),
        tuple(failed),
        tuple(abstained),
        fitted=combiner is not None,
    )
