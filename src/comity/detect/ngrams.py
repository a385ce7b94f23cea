"""Models of n-grams as one detector: each item is judged by the model of its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from comity.content import Item
from comity.content.language import identify
from comity.detect.detector import Tier
from comity.detect.encoder import Encoder
from comity.detect.signal import Abstained, Outcome
from comity.models import NgramModel, available


class Ngrams:
    """Asks of all `models` the one that knows the item's language, and abstains where there is none.

    What a model judges, and how good it is at it, differs by language: each has a card of its own. The evidence of a
    signal is the run of words that adds most to its score.
    """

    modalities = frozenset({"text"})
    tier = Tier.MODEL

    def __init__(self, name: str, models: Sequence[NgramModel]) -> None:
        self.name = name
        self.cards = tuple(model.artefact.card for model in models)
        self.criteria = frozenset(label for model in models for label in model.labels)
        self.languages: frozenset[str] | None = frozenset(
            language for card in self.cards for language in card.languages
        )
        digests = sorted(model.artefact.digest for model in models)
        self.artefact_digest = sha256("".join(digests).encode()).hexdigest()
        self._readers = tuple(Encoder(name, model) for model in models)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises ArtefactError if a model's files are damaged."""
        outcomes: list[Outcome] = []
        waiting: dict[Encoder, list[int]] = {}
        for position, item in enumerate(items):
            language = item.lang or _language(item)
            reader = next((one for one in self._readers if language and one.card.speaks(language)), None)
            outcomes.append(Abstained(self._reason(item, language)))
            if reader is not None:
                waiting.setdefault(reader, []).append(position)
        for reader, positions in waiting.items():
            spoken = reader.card.languages[0]
            found = reader.detect([replace(items[position], lang=spoken) for position in positions])
            for position, outcome in zip(positions, found, strict=True):
                outcomes[position] = outcome
        return outcomes

    def _reason(self, item: Item, language: str | None) -> str:
        if not item.text_parts:
            return "the item has no text"
        known = f"there are models for {', '.join(sorted(self.languages or ()))}"
        return f"the language is {language}; {known}" if language else f"the language is unclear; {known}"


def _language(item: Item) -> str | None:
    return identify("\n".join(part.text for part in item.text_parts)).code


def packaged() -> Ngrams:
    """`ngrams.v1` on every packaged model of n-grams. Raises ArtefactError."""
    artefacts = [artefact for artefact in available() if artefact.card.kind == "ngrams"]
    return Ngrams("ngrams.v1", [NgramModel(artefact) for artefact in artefacts])
