"""The joint between the judge and a kind of model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from comity.detect.judge.passage import Passage
from comity.detect.judge.question import Answer, Question
from comity.detect.judge.verdict import Finding
from comity.taxonomy import Criterion

SAID_YES, SAID_NO = 0.9, 0.02
"""What a bare word counts for where the endpoint tells no probabilities. Measured on nothing."""


class Dialect(Protocol):
    """`follows_rules`: it reads a community's own rules; otherwise it judges categories of its own. `several`: one call
    can carry several rules. `debiased`: its probabilities are held against those of an item without content.
    """

    @property
    def follows_rules(self) -> bool: ...
    @property
    def several(self) -> bool: ...
    @property
    def debiased(self) -> bool: ...

    def criteria(self, rules: Sequence[Criterion]) -> frozenset[str]:
        """What it may judge."""

    def ask(self, rules: Sequence[Criterion], passage: Passage, *, scores: bool) -> Question:
        """The first question. scores: the endpoint tells the probabilities of tokens."""

    def reason(self, rules: Sequence[Criterion], passage: Passage, asked: Question) -> Question | None:
        """The question that asks for reasons after `asked` left doubt; None if there is none."""

    def read(
        self, rules: Sequence[Criterion], passage: Passage, question: Question, answer: Answer
    ) -> Sequence[Finding]:
        """A finding for everything that was judged. Raises Unreadable; NoScores if other words need to be found."""


HARM = frozenset({"prompt-harm", "response-harm"})


def harm_of(passage: Passage) -> str | None:
    """The criterion of harm in a talk with a language model that fits the role of the item, if one does."""
    return {"prompt": "prompt-harm", "response": "response-harm"}.get(passage.role)


def ids(rules: Sequence[Criterion]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules)


def exchange(passage: Passage) -> tuple[Mapping[str, str], ...]:
    """The messages of a talk with a language model whose last one is judged: a prompt, or a response and what it
    answers. A post counts as a prompt.
    """
    said = {"role": "user", "content": passage.text}
    if passage.role != "response":
        return (said,)
    prompt = passage.thread[-1].text if passage.thread else ""
    return ({"role": "user", "content": prompt}, {"role": "assistant", "content": passage.text})
