"""From an artefact to the model that runs it."""

from __future__ import annotations

from comity.models.artefact import Artefact
from comity.models.heads_model import HeadsModel, open_heads
from comity.models.ngram_model import NgramModel
from comity.models.text_model import TextModel

AnyTextModel = TextModel | NgramModel | HeadsModel


def open_model(artefact: Artefact, threads: int = 0) -> AnyTextModel:
    """Reads no weights yet. `threads` is how many a network uses for one call, 0 for as many as there are cores."""
    if artefact.card.kind == "heads":
        return open_heads(artefact, threads)
    return NgramModel(artefact) if artefact.card.kind == "ngrams" else TextModel(artefact, threads)
