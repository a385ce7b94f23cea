"""Items, parts and threads; normalisation; language identification."""

from comity.content.evidence import Box, Evidence, FactEvidence, Interval, Span
from comity.content.item import Item, Part, Region

__all__ = ["Box", "Evidence", "FactEvidence", "Interval", "Item", "Part", "Region", "Span"]
