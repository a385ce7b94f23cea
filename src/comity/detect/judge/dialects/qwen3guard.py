"""Qwen3Guard-Gen: safe, unsafe or controversial, and of what category.

Follows the model card of Qwen3Guard (2025) from memory: the talk as messages; the answer is `Safety: Unsafe` (or
`Safe`, `Controversial`), `Categories: Violent` (several with commas, or `None`), and for a response `Refusal: No`.
Uncertain: the spelling of the categories; one that is not known here counts as harm in general.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from comity.detect.judge.dialects.dialect import HARM, SAID_NO, SAID_YES, exchange, harm_of
from comity.detect.judge.passage import Passage
from comity.detect.judge.question import Answer, Question, Unreadable
from comity.detect.judge.verdict import Finding, worded
from comity.taxonomy import Criterion

_CATEGORIES: dict[str, tuple[str, ...]] = {
    "violent": ("violence",),
    "non-violent illegal acts": ("illicit",),
    "sexual content or sexual acts": ("sexual",),
    "pii": ("privacy",),
    "suicide & self-harm": ("self-harm",),
    "unethical acts": ("hate", "harassment"),
    "politically sensitive topics": (),
    "copyright violation": ("intellectual-property",),
    "jailbreak": ("prompt-attack",),
}
_SAFETY = {"safe": SAID_NO, "controversial": 0.5, "unsafe": SAID_YES}
_OWN = frozenset(category for found in _CATEGORIES.values() for category in found)


class Qwen3Guard:
    """`Controversial` counts as a probability of a half. Whether a response refuses is read, too."""

    follows_rules: ClassVar = False
    several: ClassVar = False
    debiased: ClassVar = False

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:  # noqa: ARG002
        return _OWN | HARM | {"refusal"}

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:  # noqa: ARG002
        return Question(exchange(passage), 60)

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:  # noqa: ARG002
        return None

    def read(
        self,
        rules: Sequence[Criterion],  # noqa: ARG002
        passage: Passage,
        question: Question,  # noqa: ARG002
        answer: Answer,
    ) -> Sequence[Finding]:
        word = _field("Safety", answer.text).lower()
        if word not in _SAFETY:
            raise Unreadable("the judge's answer has no `Safety` that is safe, unsafe or controversial")
        cited = _cited(_field("Categories", answer.text))
        if word == "safe" and cited:
            raise Unreadable("the judge answered safe and cites categories")
        harm = harm_of(passage)
        if word != "safe" and not cited and harm is None:
            raise Unreadable(f"the judge answered {word}, for nothing that we have a category for")
        found = [Finding(name, _SAFETY[word] if name in cited else 0.0) for name in sorted(_OWN)]
        if harm is not None:
            found.append(Finding(harm, _SAFETY[word]))
        if passage.role == "response":
            refused = worded(_field("Refusal", answer.text), "yes", "no")
            found.append(Finding("refusal", SAID_YES if refused else SAID_NO))
        return found


def _field(name: str, text: str) -> str:
    told = re.search(rf"(?im)^\s*{name}:[ \t]*(.+?)\s*$", text)
    if told is None:
        raise Unreadable(f"the judge's answer has no `{name}`")
    return told[1]


def _cited(categories: str) -> frozenset[str]:
    names = (name.strip().lower() for name in re.split(r"[,;]", categories))
    return frozenset(category for name in names for category in _CATEGORIES.get(name, ()))
