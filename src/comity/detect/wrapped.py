"""A detector around another one, which is as that is in all that it does not change."""

from __future__ import annotations

from typing import Any

from comity.detect.detector import Detector


class Wrapped:
    """Has the name and every attribute of `detector`, its card among them; a subclass says what `detect` changes."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.name = detector.name
        self.criteria = detector.criteria
        self.modalities = detector.modalities
        self.languages = detector.languages
        self.tier = detector.tier

    def __getattr__(self, name: str) -> Any:
        # Not `self._detector`: a copy asks for attributes before it has any.
        return getattr(object.__getattribute__(self, "_detector"), name)
