"""Examples that people gave for the rules of a policy, the joint to wherever they are kept, and the watch over them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Generic, Protocol, TypeVar

from comity.errors import ComityError

logger = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 2.0
"""Between two looks whether the examples have changed."""

Index = TypeVar("Index")


@dataclass(frozen=True, slots=True)
class TaughtExample:
    """A text that breaks the rule with the id `rule`, or plainly keeps it."""

    id: int
    rule: str
    text: str
    violates: bool


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """`revision` is another one after every change."""

    revision: int
    examples: tuple[TaughtExample, ...] = ()


class Examples(Protocol):
    """Where the examples are kept."""

    def read(self, policy: str, known: int | None) -> ExampleSet | None:
        """The examples for the rules of `policy`; None if their revision is still the `known` one.

        May raise a ComityError: those read last then stay, and it is an error only if there are none.
        """


class Watched(Generic[Index]):
    """What `make` makes of the examples of a policy, made anew within 5 seconds of a change.

    make: gets the examples and what it made before, if anything. Safe to share between threads.
    """

    def __init__(
        self,
        policy: str,
        examples: Examples,
        make: Callable[[ExampleSet, Index | None], Index],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._policy = policy
        self._examples = examples
        self._make = make
        self._clock = clock
        self._lock = Lock()
        self._looked_at = 0.0
        self._last: tuple[int, Index] | None = None

    def current(self) -> Index:
        """Raises the ComityError of `Examples.read` while no examples have been read."""
        last = self._last
        if last is not None and self._clock() - self._looked_at < LOOK_EVERY_SECONDS:
            return last[1]
        # While one thread looks the others go on with what there is; before the first look they wait for it.
        if not self._lock.acquire(blocking=last is None):
            assert last is not None
            return last[1]
        try:
            if self._last is None or self._clock() - self._looked_at >= LOOK_EVERY_SECONDS:
                self._last = self._look(self._last)
                self._looked_at = self._clock()
            return self._last[1]
        finally:
            self._lock.release()

    def _look(self, last: tuple[int, Index] | None) -> tuple[int, Index]:
        revision, made = last or (None, None)
        try:
            found = self._examples.read(self._policy, revision)
        except ComityError as error:
            if last is None:
                raise
            logger.error("the examples of %s cannot be read, those read before stay: %s", self._policy, error)
            return last
        if found is None:
            assert last is not None, "only what was read before can be unchanged"
            return last
        return found.revision, self._make(found, made)
