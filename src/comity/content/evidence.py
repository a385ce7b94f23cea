"""Where in an item a signal points: offsets of the ORIGINAL content, never of a normalised form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (half-open) of a text part."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of an image part, or of frame `frame` of a video part."""

    part: str
    frame: int
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Milliseconds `start_ms` to `end_ms` (half-open) of an audio or video part."""

    part: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class FactEvidence:
    """A fact from outside the item that a rule's condition read, such as a counter. `value` is printed, not raw."""

    fact: str
    value: str


Evidence = Span | Box | Interval | FactEvidence
