"""A lock that threads get in the order in which they ask for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turn:
    """One thread at a time, first come, first served.

    SQLite lets one connection write and the others poll, and who polls may be passed by others for as long as there
    are any. Here each waits asleep and is woken when it is its turn. Not reentrant.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def take(self, seconds: float) -> Iterator[bool]:
        """Holds the turn; False, and holds nothing, if it did not come within `seconds`."""
        taken = self._acquire(seconds)
        try:
            yield taken
        finally:
            if taken:
                self._release()

    def _acquire(self, seconds: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        called = False
        try:
            called = ticket.acquire(timeout=seconds)
        finally:
            # Also on an interrupt: a ticket left behind would be called, and nobody would come.
            if not called:
                self._give_back(ticket)
        return called

    def _give_back(self, ticket: Lock) -> None:
        with self._guard:
            waits = ticket in self._waiting
            if waits:
                self._waiting.remove(ticket)
        if not waits:  # it was called in the meantime
            self._release()

    def _release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
