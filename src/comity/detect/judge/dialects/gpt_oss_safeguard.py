"""gpt-oss-safeguard: a model made to reason about a policy that it is given.

Follows its model card and user guide (2025) from memory: the policy in the system message, the content alone in the
user message, `reasoning_effort` low, medium or high, and the answer in the form that the policy asks for. Uncertain:
whether a server passes `reasoning_effort` on; one that rejects it is Failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from comity.detect.judge.dialects.dialect import ids
from comity.detect.judge.passage import Passage
from comity.detect.judge.prompt import structured
from comity.detect.judge.question import Answer, Question
from comity.detect.judge.verdict import Finding, read_verdicts
from comity.taxonomy import Criterion

_QUICK, _THOROUGH = "low", "high"


class GptOssSafeguard:
    """A verdict with reasons, thought about for longer where the first one leaves doubt."""

    follows_rules: ClassVar = True
    several: ClassVar = True
    debiased: ClassVar = False

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:
        return ids(rules)

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:  # noqa: ARG002
        return structured(rules, passage, effort=_QUICK)

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:
        if asked.extra["reasoning_effort"] == _THOROUGH:
            return None
        return structured(rules, passage, effort=_THOROUGH)

    def read(
        self,
        rules: Sequence[Criterion],
        passage: Passage,  # noqa: ARG002
        question: Question,
        answer: Answer,
    ) -> Sequence[Finding]:
        return read_verdicts(answer.text, rules, question.check)
