"""The threads in which decisions are made, so that the event loop stays free to answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from comity.serve.unavailable import Unavailable

WAITING_PER_THREAD = 32
Result = TypeVar("Result")


class Workers:
    """`threads` run at the same time, and WAITING_PER_THREAD times as many may wait for one."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._admitted = 0
        self._limiter: CapacityLimiter | None = None

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns, or raises. Raises Unavailable at once if too many are waiting."""
        # Made here, because a limiter belongs to the event loop that it is made in.
        limiter = self._limiter = self._limiter or CapacityLimiter(self._threads)
        # Counted here, because the limiter does not yet know of those that arrive in the same instant.
        if self._admitted >= self._threads * (1 + WAITING_PER_THREAD):
            raise Unavailable("the server has more to decide than it can", retry_after=2)
        self._admitted += 1
        try:
            return await to_thread.run_sync(work, limiter=limiter, abandon_on_cancel=True)
        finally:
            self._admitted -= 1
