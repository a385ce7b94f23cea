"""Small detectors for tests: they find words, and otherwise behave as told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from comity.content import Item, Span
from comity.detect import Abstained, Outcome, Signal, Signals, Tier
from comity.taxonomy import Criterion, Severity


def found(item: Item, words: Mapping[str, float], criterion: str, detector: str) -> Signals:
    """A signal for the first of `words` (word → score) in the item's texts, pointing at it."""
    for part in item.text_parts:
        for word, score in words.items():
            at = part.text.find(word)
            if at >= 0:
                evidence = (Span(part.id, at, at + len(word)),)
                signal = Signal(criterion, score, detector, Severity.MODERATE, evidence)
                return Signals((signal,), frozenset({criterion}))
    return Signals((), frozenset({criterion}))


@dataclass
class WordDetector:
    """Judges one criterion by words; a text without any scores nothing. Counts the items that it was asked about."""

    criterion: str
    words: Mapping[str, float]
    name: str = "words.v1"
    tier: Tier = Tier.EXACT
    languages: frozenset[str] | None = None
    modalities: frozenset[str] = frozenset({"text"})
    asked: list[str] = field(default_factory=list)

    @property
    def criteria(self) -> frozenset[str]:
        return frozenset({self.criterion})

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        self.asked += [item.id for item in items]
        return [found(item, self.words, self.criterion, self.name) for item in items]


@dataclass
class SilentDetector(WordDetector):
    """Abstains from everything."""

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        return [Abstained("not my language")] * len(items)


@dataclass
class BrokenDetector(WordDetector):
    """Raises, whatever it is asked."""

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        raise ConnectionError("the model is gone")


@dataclass
class SlowDetector(WordDetector):
    """A remote detector that takes `seconds`, and remembers whether it was cancelled."""

    tier: Tier = Tier.EXACT
    seconds: float = 30.0
    deadline_ms: int = 60_000
    cancelled: bool = False

    async def detect(self, items: Sequence[Item]) -> list[Outcome]:  # type: ignore[override]
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return super().detect(items)


@dataclass
class ReadingJudge:
    """A judge that holds a rule broken when the text contains a word of one of the rule's violating examples, and
    kept when it contains a word of an exception.
    """

    rules: Sequence[Criterion]
    name: str = "judge.v1"
    tier: Tier = Tier.JUDGE
    languages: frozenset[str] | None = None
    modalities: frozenset[str] = frozenset({"text"})
    asked: list[str] = field(default_factory=list)

    @property
    def criteria(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        self.asked += [item.id for item in items]
        return [self._read(item) for item in items]

    def _read(self, item: Item) -> Outcome:
        words = set(item.parts[0].text.lower().split())
        signals = []
        for rule in self.rules:
            bad = {
                word for example in rule.examples if example.violates for word in example.text.lower().split()
            }
            excused = {word for exception in rule.exceptions for word in exception.lower().split()}
            score = 0.9 if words & bad and not words & excused else 0.1
            signals.append(Signal(rule.id, score, self.name))
        return Signals(tuple(signals), self.criteria)
