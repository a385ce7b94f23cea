"""Artefacts with cards: finding, verifying and running them."""

from comity.models.artefact import Artefact, available, find
from comity.models.card import Card
from comity.models.ngram_model import NgramModel
from comity.models.opening import AnyTextModel, open_model
from comity.models.text_model import Judged, TextModel

__all__ = [
    "AnyTextModel",
    "Artefact",
    "Card",
    "Judged",
    "NgramModel",
    "TextModel",
    "available",
    "find",
    "open_model",
]
