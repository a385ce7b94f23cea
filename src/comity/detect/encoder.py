"""A text model as a detector: every criterion in one pass over a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from comity.content import Item, Part, Span
from comity.content.item import ROLES
from comity.content.normalise import Normalised, canonical_of
from comity.detect.detector import Tier
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.models import AnyTextModel, Judged, TextModel, find
from comity.models.quality import qualities
from comity.settings import Settings
from comity.taxonomy.severity import Severity

_CONFIDENT = 0.8
_HOLDS = 0.5
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

    The evidence of a signal are the words that the model marks, else the window of text that scored highest. Of a
    language model's response, what it answers is read too. Each signal carries the quality that the card has measured.
    Abstains where the model's card has no evidence for the language, and where there is nothing to read.
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
        self._quality = {found.criterion: found.roc_auc.value for found in qualities(self.card)}
        self._judged_of = {
            role: frozenset(
                criterion
                for criterion, label in self.card.labels.items()
                if not label.roles or role in label.roles
            )
            for role in ROLES
        }

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises ArtefactError if the model's files are damaged."""
        outcomes: list[Outcome] = []
        texts: list[_Text] = []
        for position, item in enumerate(items):
            parts = [(part, canonical_of(part)) for part in item.text_parts]
            readable = [(part, text) for part, text in parts if _LETTER.search(text.text)]
            reason = self._reason_to_abstain(item, readable)
            outcomes.append(Abstained(reason) if reason else Signals(judged=self._judged_of[item.role]))
            if not reason:
                texts += [_Text(position, part, text) for part, text in readable]
        found = self._model.judge(
            [text.normalised.text for text in texts], [self._before(items[text.item]) for text in texts]
        )
        rows_of: dict[int, list[int]] = {}
        for row, text in enumerate(texts):
            rows_of.setdefault(text.item, []).append(row)
        for position, rows in rows_of.items():
            judged = self._judged_of[items[position].role]
            outcomes[position] = Signals(tuple(self._signals(found, texts, rows, judged)), judged)
        return outcomes

    def _signals(
        self, found: Judged, texts: Sequence[_Text], rows: Sequence[int], judged: frozenset[str]
    ) -> Iterator[Signal]:
        """One a criterion, from the part of the item that scores highest."""
        # Most criteria of a text share their evidence; making a span anew for each took a fifth of the time.
        spans: dict[tuple[int, tuple[int, int]], Span] = {}
        for column, criterion in enumerate(self._model.labels):
            if criterion not in judged:
                continue
            row = max(rows, key=lambda row: found.scores[row, column])
            score = float(found.scores[row, column])
            text = texts[row]
            for place in (places := self._evidence(found, row, column, score)):
                if (row, place) not in spans:
                    spans[row, place] = Span(text.part.id, *text.normalised.original(*place))
            severity = int(found.severities[row, column]) if found.severities is not None else -1
            yield Signal(
                criterion,
                score,
                self.name,
                severity=Severity(severity) if severity >= 0 else None,
                evidence=tuple(spans[row, place] for place in places),
                quality=self._quality.get(criterion),
            )

    def _evidence(self, found: Judged, row: int, column: int, score: float) -> list[tuple[int, int]]:
        """The marked words of a text that holds the criterion, where the model marks any; else its window."""
        start, end = found.windows[row, column].tolist()
        marking = self.card.marking
        if marking and found.marked and score >= _HOLDS and self._model.labels[column] in marking.criteria:
            words = [(first, last) for first, last in found.marked[row] if start <= first and last <= end]
            if words:
                return words
        return [(start, end)]

    def _before(self, item: Item) -> str:
        """What the item answers, if the model reads that."""
        context = self.card.context
        if context is None or item.role not in context.roles or not item.thread:
            return ""
        return "\n".join(canonical_of(part).text for part in item.thread[-1].text_parts)

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
    """`encoder.v2` on the packaged English model. Raises ArtefactError if that is not installed."""
    threads = Settings.from_environment().model_threads
    return Encoder("encoder.v2", TextModel(find("english-v2"), threads))
