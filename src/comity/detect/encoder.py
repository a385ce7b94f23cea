"""A text model as a detector: every criterion in one pass over a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from comity.content import Item, Part, Span
from comity.content.normalise import Normalised, canonical_of
from comity.detect.detector import Tier
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.models import AnyTextModel, TextModel, find
from comity.settings import Settings

_CONFIDENT = 0.8
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class _Text:
    """One text part of the item at `item` in the call."""

    item: int
    part: Part
    normalised: Normalised


class Encoder:
    """Reads every text part of an item, each by itself, and gives each criterion its highest score over the parts.

    The evidence of a signal is the window of text that scored highest. Abstains where the model's card has no
    evidence for the language, and where there is nothing to read.
    """

    modalities = frozenset({"text"})
    tier = Tier.MODEL

    def __init__(self, name: str, model: AnyTextModel) -> None:
        self.name = name
        self.criteria = frozenset(model.labels)
        self.languages: frozenset[str] | None = frozenset(model.artefact.card.languages)
        self.card = model.artefact.card
        self.artefact_digest = model.artefact.digest
        self._model = model

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises ArtefactError if the model's files are damaged."""
        outcomes: list[Outcome] = []
        texts: list[_Text] = []
        for position, item in enumerate(items):
            parts = [(part, canonical_of(part)) for part in item.text_parts]
            readable = [(part, text) for part, text in parts if _LETTER.search(text.text)]
            reason = self._reason_to_abstain(item, readable)
            outcomes.append(Abstained(reason) if reason else Signals(judged=self.criteria))
            if not reason:
                texts += [_Text(position, part, text) for part, text in readable]
        judged = self._model.judge([text.normalised.text for text in texts])
        scores, windows = judged.scores.tolist(), judged.windows.tolist()
        rows_of: dict[int, list[int]] = {}
        for row, text in enumerate(texts):
            rows_of.setdefault(text.item, []).append(row)
        for position, rows in rows_of.items():
            signals = []
            spans: dict[tuple[int, int, int], Span] = {}
            for column, criterion in enumerate(self._model.labels):
                row = max(rows, key=lambda row: scores[row][column])
                start, end = windows[row][column]
                if (row, start, end) not in spans:
                    span = Span(texts[row].part.id, *texts[row].normalised.original(start, end))
                    spans[row, start, end] = span
                evidence = (spans[row, start, end],)
                signals.append(Signal(criterion, scores[row][column], self.name, evidence=evidence))
            outcomes[position] = Signals(tuple(signals), judged=self.criteria)
        return outcomes

    def _reason_to_abstain(self, item: Item, readable: Sequence[tuple[Part, Normalised]]) -> str | None:
        languages = self._model.artefact.card.languages
        known = f"the model knows {', '.join(languages)}"
        if not item.text_parts:
            return "the item has no text"
        if not readable:
            return "the text has no letters"
        if item.lang is not None:
            spoken = item.lang.lower().partition("-")[0]
            return None if self.card.speaks(item.lang) else f"the language is {spoken}; {known}"
        text = "\n".join(normalised.text for _, normalised in readable)
        from comity.content.language import identify

        language = identify(text)
        if (
            language.code is not None
            and language.code not in languages
            and language.probability >= _CONFIDENT
        ):
            return f"the language looks like {language.code}; {known}"
        if language.code is None and 2 * len(_LATIN.findall(text)) < len(_LETTER.findall(text)):
            return f"the script is not Latin; {known}"
        return None


def packaged() -> Encoder:
    """`encoder.v1` on the packaged English model. Raises ArtefactError if that is not installed."""
    threads = Settings.from_environment().model_threads
    return Encoder("encoder.v1", TextModel(find("english-v1"), threads))
