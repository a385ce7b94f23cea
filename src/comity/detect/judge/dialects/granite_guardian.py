"""Granite Guardian: yes or no on one risk, which may be of one's own.

Follows the model cards of Granite Guardian 3.0 to 3.3 (2024, 2025) from memory: the talk as messages, the risk in
`guardian_config`, which vLLM hands to the chat template; the answer is `Yes` or `No`, in 3.3 within `<score>`, in 3.2
with `<confidence>` behind it. Uncertain: servers that do not pass `chat_template_kwargs` (Ollama takes the name of a
known risk as the system message instead) judge harm in general; do not use it there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from comity.detect.judge.dialects.dialect import SAID_NO, SAID_YES, exchange, ids
from comity.detect.judge.passage import Passage
from comity.detect.judge.prompt import rules_text
from comity.detect.judge.question import Answer, Question
from comity.detect.judge.verdict import Finding, weighed, worded
from comity.taxonomy import Criterion

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_SCORE = "<score>"
_UNSURE = re.compile(r"<confidence>\s*low\s*</confidence>", re.IGNORECASE)
_SAID_UNSURELY = 0.6


class GraniteGuardian:
    """Each rule is a risk with a definition of its own."""

    follows_rules: ClassVar = True
    several: ClassVar = False
    debiased: ClassVar = False

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:
        return ids(rules)

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:
        risk = {"risk_name": rules[0].id.removeprefix("rule:"), "risk_definition": rules_text(rules)}
        return Question(
            exchange(passage), 20, scores=scores, extra={"chat_template_kwargs": {"guardian_config": risk}}
        )

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:  # noqa: ARG002
        return None

    def read(
        self,
        rules: Sequence[Criterion],
        passage: Passage,  # noqa: ARG002
        question: Question,  # noqa: ARG002
        answer: Answer,
    ) -> Sequence[Finding]:
        after = _SCORE if _SCORE in answer.text.lower() else ""
        probability = weighed(answer, "yes", "no", after=after)
        if probability is None:
            probability = _said(answer.text, after)
        return [Finding(rules[0].id, probability)]


def _said(text: str, after: str) -> float:
    rest = _THOUGHT.sub("", text)
    yes = worded(rest[rest.lower().find(after) + len(after) :], "yes", "no")
    if _UNSURE.search(text):
        return _SAID_UNSURELY if yes else 1 - _SAID_UNSURELY
    return SAID_YES if yes else SAID_NO
