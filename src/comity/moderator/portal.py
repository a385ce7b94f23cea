"""An event loop for callers that have none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from threading import Lock

from anyio.from_thread import BlockingPortal, start_blocking_portal


class Portal:
    """An event loop in a thread of its own, started when first needed: connections of remote detectors live on it."""

    def __init__(self) -> None:
        self._exits = ExitStack()
        self._portal: BlockingPortal | None = None
        self._lock = Lock()

    def get(self) -> BlockingPortal:
        with self._lock:
            if self._portal is None:
                self._portal = self._exits.enter_context(start_blocking_portal())
            return self._portal

    def close(self, *closing: Callable[[], Awaitable[None]]) -> None:
        """Runs `closing` on the loop, if there is one, and ends it."""
        with self._lock:
            if self._portal is not None:
                for close in closing:
                    self._portal.call(close)
            self._exits.close()
            self._portal = None
