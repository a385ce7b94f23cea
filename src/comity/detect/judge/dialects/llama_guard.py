"""Llama Guard 1 to 4: safe or unsafe, and the codes of what is violated.

Follows the model cards of Llama Guard (2023), 2 (2024), 3 (2024) and 4 (2025): the talk is sent as messages, and the
server's chat template puts the task and the model's own categories around it. The answer is `safe`, or `unsafe` and on
the next line the codes with commas between, which some answers lack. The score is the probability that the first token
is `unsafe`. The codes of 1 and 2 are from memory, those of 3 also serve 4. Not done: categories of one's own, for which
servers have no common way to fill the template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from comity.detect.judge.dialects.dialect import HARM, SAID_NO, SAID_YES, exchange, harm_of
from comity.detect.judge.passage import Passage
from comity.detect.judge.question import Answer, Question, Unreadable
from comity.detect.judge.verdict import Finding, weighed
from comity.taxonomy import Criterion
from comity.taxonomy.crosswalk import categories

_ANSWER = re.compile(r"\s*(safe|unsafe)\b(?:[\s:]*([SO]\d{1,2}(?:[\s,;]+[SO]\d{1,2})*))?\s*", re.IGNORECASE)
_OF_2_IN_3 = {
    "S1": "S1", "S2": "S2", "S3": "S3", "S4": "S4", "S5": "S6", "S6": "S7", "S7": "S8", "S8": "S9", "S9": "S10",
    "S10": "S11", "S11": "S12",
}  # fmt: skip
_OF_3 = tuple(f"S{number}" for number in range(1, 15))
_OF_1 = {
    "O1": ("violence", "hate", "threat"),
    "O2": ("sexual",),
    "O3": ("illicit",),
    "O4": ("illicit/violent",),
    "O5": ("illicit/drugs",),
    "O6": ("self-harm",),
}


@dataclass(frozen=True, slots=True)
class LlamaGuard:
    """`codes`: our categories by the model's codes; a code for which we have no category maps to none."""

    codes: Mapping[str, tuple[str, ...]]

    follows_rules: ClassVar = False
    several: ClassVar = False
    debiased: ClassVar = False

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:  # noqa: ARG002
        return frozenset(category for found in self.codes.values() for category in found) | HARM

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:  # noqa: ARG002
        return Question(exchange(passage), 40, scores=scores)

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:  # noqa: ARG002
        return None

    def read(
        self,
        rules: Sequence[Criterion],
        passage: Passage,
        question: Question,  # noqa: ARG002
        answer: Answer,
    ) -> Sequence[Finding]:
        told = _ANSWER.fullmatch(answer.text)
        if told is None:
            raise Unreadable("the judge answered neither safe nor unsafe")
        unsafe = told[1].lower() == "unsafe"
        cited = self._cited(told[2] or "")
        if told[2] and not unsafe:
            raise Unreadable("the judge answered safe and cites categories")
        harm = harm_of(passage)
        if unsafe and not cited and harm is None:
            raise Unreadable("the judge answered unsafe, for nothing that we have a category for")
        probability = weighed(answer, "unsafe", "safe")
        if probability is None:
            probability = SAID_YES if unsafe else SAID_NO
        found = [
            Finding(criterion, probability if criterion in cited else 0.0)
            for criterion in sorted(self.criteria(rules) - HARM)
        ]
        return [*found, Finding(harm, probability)] if harm else found

    def _cited(self, codes: str) -> frozenset[str]:
        cited = re.findall(r"[SO]\d{1,2}", codes.upper())
        return frozenset(category for code in cited for category in self.codes.get(code, ()))


def llama_guard_3() -> LlamaGuard:
    """Llama Guard 3 and 4."""
    return LlamaGuard({code: categories(code, "llama_guard_3") for code in _OF_3})


def llama_guard_2() -> LlamaGuard:
    return LlamaGuard({code: categories(same, "llama_guard_3") for code, same in _OF_2_IN_3.items()})


def llama_guard_1() -> LlamaGuard:
    return LlamaGuard(_OF_1)
