"""The camouflage detector: words written so that a filter will not read them, each with the plain word."""

from __future__ import annotations

from collections.abc import Sequence

from comity.content import Evidence, FactEvidence, Item, Span
from comity.content.normalise import canonical_of
from comity.detect.detector import Tier
from comity.detect.disguise import Disguise, disguises
from comity.detect.signal import Abstained, Outcome, Signal, Signals

CRITERION = "evasion"
PLAIN_WORD = "plain word"
_LEAST = 0.15
_MOST_SHOWN = 20


class Camouflage:
    """Finds disguised English words in every text part. The score is that of the likeliest.

    The evidence of the signal is, for each of the twenty likeliest, its span in the original text and then its plain
    word, a fact `plain word`. Abstains where the item is said to be in another language.
    """

    name = "camouflage.v1"
    criteria = frozenset({CRITERION})
    modalities = frozenset({"text"})
    languages: frozenset[str] | None = frozenset({"en"})
    tier = Tier.EXACT

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        return [self._detect(item) for item in items]

    def _detect(self, item: Item) -> Outcome:
        if not item.text_parts:
            return Abstained("the item has no text")
        if not reads(item):
            return Abstained(f"the language is {item.lang}; disguises are read in en")
        found = [
            (part.id, disguise)
            for part in item.text_parts
            for disguise in disguises(part.text, canonical_of(part), least=_LEAST)
        ]
        if not found:
            return Signals(judged=self.criteria)
        found = sorted(found, key=lambda pair: -pair[1].score)[:_MOST_SHOWN]
        evidence = tuple(place for part, disguise in found for place in _evidence(part, disguise))
        signal = Signal(CRITERION, found[0][1].score, self.name, evidence=evidence)
        return Signals((signal,), judged=self.criteria)


def reads(item: Item) -> bool:
    """Whether the item may be in English."""
    return item.lang is None or item.lang.lower().partition("-")[0] == "en"


def _evidence(part: str, disguise: Disguise) -> tuple[Evidence, Evidence]:
    return Span(part, disguise.start, disguise.end), FactEvidence(PLAIN_WORD, disguise.plain)
