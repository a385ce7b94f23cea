"""Artefacts with cards: finding, verifying and running them."""

from comity.models.artefact import Artefact, available, find
from comity.models.card import Card
from comity.models.text_model import Judged, TextModel

__all__ = ["Artefact", "Card", "Judged", "TextModel", "available", "find"]
