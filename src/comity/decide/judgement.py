"""What the outcomes so far say of one criterion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from comity.decide.combiner import corrected
from comity.decide.plan import Plan, Screen
from comity.detect import Abstained, Failed, Outcome, Signal, Signals


class Judgement(NamedTuple):
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


class Judgements:
    """The judgement of each criterion under `plan`, from the `outcomes` (detector → outcome) so far.

    `unread` are the extractors that failed, `extractor: reason`: a part of the item has not been read at all.
    """

    __slots__ = ("_found", "_made", "_outcomes", "_plan", "unread")

    def __init__(self, plan: Plan, outcomes: Mapping[str, Outcome]) -> None:
        self._plan = plan
        self._outcomes = outcomes
        self.unread = tuple(
            f"{name}: {outcome.reason}"
            for name in plan.extractors
            if isinstance(outcome := outcomes.get(name), Failed)
        )
        self._made: dict[str, Judgement] = {}
        self._found: dict[tuple[str, str], list[Signal]] = defaultdict(list)
        for detector, outcome in outcomes.items():
            if isinstance(outcome, Signals):
                for signal in outcome.signals:
                    self._found[detector, signal.criterion].append(signal)

    @property
    def nobody_asked(self) -> bool:
        return not self._outcomes

    def of(self, criterion: str) -> Judgement:
        made = self._made.get(criterion)
        if made is None:
            made = self._made[criterion] = self._judge(criterion)
        return made

    def on(self, screen: Screen) -> Judgement:
        """Of the criterion of `screen`, corrected for its rule."""
        found = self.of(screen.criterion)
        if screen.corrected_by is None:
            return found
        correction = self.of(screen.corrected_by)
        if correction.pending:
            # What hits already is held up by the correction alone, which mostly has nothing to say and is quick then.
            others = () if found.reaches(screen.act) else found.pending
            return found._replace(pending=(*others, *correction.pending), fitted=True)
        if found.score is None or correction.score is None:
            return found._replace(failed=(*found.failed, *correction.failed))
        return found._replace(
            score=corrected(found.score, correction.score),
            signals=(*found.signals, *correction.signals),
            fitted=True,
        )

    def _judge(self, criterion: str) -> Judgement:
        signals: list[Signal] = []
        scores: dict[str, float] = {}
        pending: list[str] = []
        failed: list[str] = []
        abstained: list[str] = []
        for detector in self._plan.providers.get(criterion, ()):
            match self._outcomes.get(detector):
                case None:
                    pending.append(detector)
                case Failed(reason):
                    failed.append(f"{detector}: {reason}")
                case Abstained(reason):
                    abstained.append(f"{detector}: {reason}")
                case Signals() as outcome:
                    if (detector, criterion) in self._found:
                        found = self._found[detector, criterion]
                        signals.extend(found)
                        scores[detector] = max(signal.score for signal in found)
                    elif criterion in outcome.judged:
                        scores[detector] = 0.0
                    else:
                        abstained.append(f"{detector}: found nothing, which clears nothing")
        combiner = self._plan.combiners.get(criterion)
        score = None
        if scores:
            score = combiner.combine(scores) if combiner else max(scores.values())
        if len(signals) > 1:
            signals.sort(key=lambda signal: -signal.score)
        return Judgement(
            criterion,
            score,
            tuple(signals),
            tuple(pending),
            tuple(failed),
            tuple(abstained),
            fitted=combiner is not None,
        )
