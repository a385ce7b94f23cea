"""A detector that also reads a text with its disguised words in plain letters, where it has some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from comity.content import Evidence, Item, Part, Span
from comity.content.normalise import canonical, canonical_of
from comity.content.offsets import Normalised
from comity.detect.camouflage import Camouflage, reads
from comity.detect.disguise import Disguise, disguises
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.detect.wrapped import Wrapped
from comity.limits import LIMITS

READ_FROM = 0.15
"""The score from which a disguise is read: chosen on calibration rows and look-alikes, by false alarms."""
_SURE = 0.5


class Uncovered(Wrapped):
    """`detector`, which keeps the higher of two scores in each criterion: for the text as it is, and as it reads.

    Only raises: plain letters can show that a rule is broken and never that it is kept. A text without disguises is
    read once. All else about the detector is as it was. Evidence lies in the original text.
    """

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises what the detector raises."""
        outcomes = self._detector.detect(items)
        read = [(place, found) for place, item in enumerate(items) if (found := _uncovered(item))]
        again = (
            self._detector.detect([_rewritten(items[place], texts) for place, texts in read]) if read else []
        )
        for (place, texts), outcome in zip(read, again, strict=True):
            outcomes[place] = _raised(outcomes[place], outcome, texts)
        return outcomes


def plain_text(text: str, found: Sequence[Disguise]) -> Normalised:
    """`text` with the disguises `found` in it in plain letters; those that are read so in any case stay."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for disguise in found:
        start, end = disguise.start, disguise.end
        if canonical(text[start:end]).text.lower() == disguise.plain:
            continue
        pieces += (text[done:start], disguise.plain)
        starts += (*range(done, start), *[start] * len(disguise.plain))
        ends += (*range(done + 1, start + 1), *[end] * len(disguise.plain))
        done = end
    if not pieces:
        return Normalised.of(text)
    pieces.append(text[done:])
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return Normalised("".join(pieces), len(text), starts, ends)


def _uncovered(item: Item) -> dict[str, Normalised]:
    """The texts, by part, that read otherwise than they are written."""
    if not reads(item):
        return {}
    texts = {
        part.id: plain_text(part.text, disguises(part.text, canonical_of(part), least=READ_FROM))
        for part in item.text_parts
    }
    return {
        part.id: texts[part.id]
        for part in item.text_parts
        if part.text != texts[part.id].text and len(texts[part.id].text) <= LIMITS.text_chars
    }


def _rewritten(item: Item, texts: dict[str, Normalised]) -> Item:
    parts = (Part(part.id, "text", texts[part.id].text) if part.id in texts else part for part in item.parts)
    return replace(item, parts=tuple(parts))


def _raised(first: Outcome, again: Outcome, texts: dict[str, Normalised]) -> Outcome:
    if not isinstance(again, Signals):
        return first
    signals = [_in_original(signal, texts) for signal in again.signals]
    if isinstance(first, Abstained):
        sure = tuple(signal for signal in signals if signal.score >= _SURE)
        return Signals(sure) if sure else first
    if not isinstance(first, Signals):
        return first
    best = {signal.criterion: signal for signal in first.signals}
    for signal in signals:
        if signal.criterion not in best or signal.score > best[signal.criterion].score:
            best[signal.criterion] = signal
    return replace(first, signals=tuple(best.values()))


def _in_original(signal: Signal, texts: dict[str, Normalised]) -> Signal:
    evidence: list[Evidence] = []
    for place in signal.evidence:
        if isinstance(place, Span) and place.part in texts:
            place = Span(place.part, *texts[place.part].original(place.start, place.end))
        evidence.append(place)
    return replace(signal, detector=f"{signal.detector} after {Camouflage.name}", evidence=tuple(evidence))


def packaged() -> Uncovered:
    """The packaged encoder, also reading disguised words. Raises ArtefactError if that is not installed."""
    from comity.detect import encoder

    return Uncovered(encoder.packaged())
