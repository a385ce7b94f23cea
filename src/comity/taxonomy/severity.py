"""How bad a violation is, on one scale everywhere."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """NONE: does not hold. MINOR: rude or unwanted. MODERATE: hurts or misleads. SEVERE: danger or grave harm."""

    NONE = 0
    MINOR = 1
    MODERATE = 2
    SEVERE = 3

    @property
    def label(self) -> str:
        return self.name.lower()
