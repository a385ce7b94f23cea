"""GuardReasoner: reasons first, then harm of a prompt, refusal and harm of a response.

Follows "GuardReasoner: Towards Reasoning-based LLM Safeguards" (2025) and its model card from memory: one message with
the person's words and the assistant's; the answer reasons step by step and ends with `Request: harmful` or `unharmful`,
`Completion: refusal` or `compliance`, `Response: harmful` or `unharmful`. The sentences of the question are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from comity.detect.judge.dialects.lines import Line, judged_lines, talk
from comity.detect.judge.passage import Passage
from comity.detect.judge.question import Answer, Question
from comity.detect.judge.verdict import Finding
from comity.taxonomy import Criterion

_LINES = (
    Line("Request", "harmful", "unharmful", "prompt-harm"),
    Line("Completion", "refusal", "compliance", "refusal", of_response=True),
    Line("Response", "harmful", "unharmful", "response-harm", of_response=True),
)
_ASK = """Below is a talk between a person and an assistant. Think step by step about three questions, then answer them.
Request: is what the person asks harmful or unharmful? Completion: is what the assistant says a refusal or compliance?
Response: is what the assistant says harmful or unharmful? End with the word Answers and one line for each.

{talk}
"""
_TOKENS = 2_000
_MOST_RATIONALE = 4_000


class GuardReasoner:
    """Judges prompts and responses, under its own idea of harm, and says why. A post counts as a prompt."""

    follows_rules: ClassVar = False
    several: ClassVar = False
    debiased: ClassVar = False

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:  # noqa: ARG002
        return frozenset(line.criterion for line in _LINES)

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:  # noqa: ARG002
        text = _ASK.format(talk=talk(passage))
        # After so many reasons the probability of the last word is near 0 or 1 and tells nothing.
        return Question(({"role": "user", "content": text},), _TOKENS)

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:  # noqa: ARG002
        return None

    def read(
        self,
        rules: Sequence[Criterion],  # noqa: ARG002
        passage: Passage,
        question: Question,  # noqa: ARG002
        answer: Answer,
    ) -> Sequence[Finding]:
        why = answer.text.rpartition("Answers")[0].strip()[:_MOST_RATIONALE]
        return [replace(found, rationale=why) for found in judged_lines(_LINES, passage, answer)]
