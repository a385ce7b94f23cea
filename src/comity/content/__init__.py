"""Items, parts and threads; normalisation; language identification."""

from comity.content.evidence import Box, Evidence, FactEvidence, Interval, Span
from comity.content.item import Item, Part, Region
from comity.content.language import Language, identify
from comity.content.normalise import Normalised, canonical_of
from comity.content.skeleton import skeleton_of

__all__ = [
    "Box",
    "Evidence",
    "FactEvidence",
    "Interval",
    "Item",
    "Language",
    "Normalised",
    "Part",
    "Region",
    "Span",
    "canonical_of",
    "identify",
    "skeleton_of",
]
