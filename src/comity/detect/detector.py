"""The joints of `detect`: what a detector, an extractor and a streaming detector must offer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol, runtime_checkable

from comity.content import Item, Part
from comity.detect.signal import Failed, Outcome


class Tier(IntEnum):
    """How dear a detector is to ask. The cascade asks cheap ones first."""

    EXACT = 0
    MODEL = 1
    JUDGE = 2


class _Described(Protocol):
    @property
    def name(self) -> str:
        """Name and version, `encoder.v2`. A second version is a second name."""

    @property
    def criteria(self) -> frozenset[str]:
        """Every criterion that it may give a signal for."""

    @property
    def modalities(self) -> frozenset[str]:
        """Kinds of part that it reads."""

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes of the languages it has evidence for; None: language does not matter."""

    @property
    def tier(self) -> Tier: ...


@runtime_checkable
class Detector(_Described, Protocol):
    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """One outcome an item, in the same order. May raise: the caller turns that into Failed."""


@runtime_checkable
class AsyncDetector(_Described, Protocol):
    """A remote detector. Cancelled when the decision no longer needs it, or after `deadline_ms` for each item asked
    about. One with connections may offer `async aclose()`, which closes those of the running event loop.
    """

    @property
    def deadline_ms(self) -> int: ...

    async def detect(self, items: Sequence[Item]) -> list[Outcome]: ...


@runtime_checkable
class Extractor(Protocol):
    """Makes parts out of parts, such as text out of an image. Ids of the new parts must be new in the item."""

    @property
    def name(self) -> str: ...
    @property
    def modalities(self) -> frozenset[str]: ...

    def extract(self, items: Sequence[Item]) -> list[tuple[Part, ...] | Failed]: ...


class StreamingSession(Protocol):
    def feed(self, delta: str) -> Outcome:
        """The outcome for everything fed so far."""


@runtime_checkable
class StreamingDetector(_Described, Protocol):
    """A detector that can judge a text while it is still being written."""

    def open(self, item: Item) -> StreamingSession: ...


AnyDetector = Detector | AsyncDetector
