"""A whole plan: a policy with every detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from comity.content import Item
from comity.decide import Decision
from comity.detect import Abstained, Failed, Signal, Signals
from comity.evaluate.subject import Answers
from comity.evaluate.subjects.columns import score_columns, span_columns
from comity.evaluate.subjects.detector import learned_from_of, megabytes_of
from comity.moderator import Moderator
from comity.moderator.asking import Askable
from comity.moderator.assemble import Judge, judge_at, registered
from comity.settings import Settings

_FLAGS = ("remove", "block")
"""What flags an item, as at the OpenAI door: an item that waits for a review, or is only labelled, can be read."""


class PolicySubject:
    """What a policy decides. `flagged` is what it removes or blocks; `rules` are those that it found broken or likely
    enough to ask a person. Every criterion that a detector judges is asked for, so nothing is settled early.

    An item counts as not judged where the dearest tier (models, or a judge) did not answer and nothing else found
    anything. Raises PolicyError, NotFound, CalibrationError.
    """

    remote: ClassVar[bool] = False

    def __init__(self, policy: str, detectors: Sequence[Askable], judge: Judge | None = None) -> None:
        self._detectors = detectors
        self._judge = judge
        self.learned_from = learned_from_of(detectors)
        self._moderator = Moderator(policy, detectors=detectors, judge=judge)
        self.name = self._moderator.policy.reference
        self.version = self._moderator.plan.digest

    def answer(self, items: Sequence[Item]) -> Answers:
        criteria = frozenset(self._moderator.plan.providers)
        decisions = list(self._moderator.moderate_many(items, want=criteria))
        return Answers(
            scores=score_columns([decision.scores for decision in decisions], criteria),
            unjudged=tuple(map(self._why_not, decisions)),
            flagged=np.array([decision.action in _FLAGS for decision in decisions], bool),
            rules=tuple(frozenset(found.rule for found in decision.violations) for decision in decisions),
            spans=span_columns(items, [_signals(decision) for decision in decisions]),
        )

    def under(self, policy: str) -> PolicySubject:
        return PolicySubject(policy, self._detectors, self._judge)

    def megabytes(self) -> float | None:
        return megabytes_of(self._detectors)

    def _why_not(self, decision: Decision) -> str:
        if all(rule.enforcers == ("people",) for rule in self._moderator.plan.rules):
            return "only people can enforce the rules of this policy"
        tiers = self._moderator.plan.tiers
        if not tiers or any(score > 0 for score in decision.scores.values()):
            return ""
        outcomes = {name: decision.outcomes.get(name) for name in tiers[-1][1]}
        if any(isinstance(outcome, Signals) for outcome in outcomes.values()):
            return ""
        reasons = (
            f"{name}: {outcome.reason}"
            for name, outcome in outcomes.items()
            if isinstance(outcome, Abstained | Failed)
        )
        return "; ".join(reasons)


def _signals(decision: Decision) -> list[Signal]:
    outcomes = decision.outcomes.values()
    return [signal for outcome in outcomes if isinstance(outcome, Signals) for signal in outcome.signals]


def open_policy(policy: str) -> PolicySubject:
    """A policy by its name or file, with every registered detector, and the judge that the environment names."""
    return PolicySubject(policy, registered(), judge_at(Settings.from_environment()))
