"""A chat model that was not made for moderation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from comity.detect.judge.dialects.dialect import ids
from comity.detect.judge.passage import Passage
from comity.detect.judge.prompt import structured, yes_or_no
from comity.detect.judge.question import Answer, NoScores, Question
from comity.detect.judge.verdict import Finding, read_verdicts, weighed
from comity.taxonomy import Criterion


class Plain:
    """One rule: yes or no by the probabilities of the two words, and reasons where these leave doubt. Several rules, or
    an endpoint without probabilities: a verdict with reasons at once.
    """

    follows_rules: ClassVar = True
    several: ClassVar = True
    debiased: ClassVar = True

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:
        return ids(rules)

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:
        if scores and len(rules) == 1:
            return yes_or_no(rules[0], passage)
        return structured(rules, passage)

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:
        return None if asked.schema else structured(rules, passage)

    def read(
        self,
        rules: Sequence[Criterion],
        passage: Passage,  # noqa: ARG002
        question: Question,
        answer: Answer,
    ) -> Sequence[Finding]:
        if question.schema:
            return read_verdicts(answer.text, rules, question.check)
        probability = weighed(answer, "yes", "no")
        if probability is None:
            raise NoScores("the endpoint tells no probabilities")
        return [Finding(rules[0].id, probability)]
