"""Deciding the items of many requests together: a model reads a batch of texts faster than one text after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from math import ceil
from time import monotonic
from typing import Any, Protocol, TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread

from comity.content import Item
from comity.decide import Decision, Facts
from comity.detect import Failed
from comity.moderator.moderator import BATCH
from comity.serve.unavailable import TooMany, Unavailable

BATCH_CHARS = 50_000
"""Code points in one batch, if it is of several requests: nobody waits for a text that is longer than this."""

Told = TypeVar("Told")


class Decides(Protocol):
    """What the batcher needs of a moderator."""

    def moderate_many(
        self, items: Sequence[Item], facts: Sequence[Facts], *, want: Set[str]
    ) -> Iterable[Decision]: ...


@dataclass(slots=True, eq=False)
class _Entry:
    """The items of one request. `future` becomes what `tell` makes of their decisions; when it is done before that,
    the request has gone.
    """

    moderator: Decides
    items: Sequence[Item]
    facts: Sequence[Facts]
    want: Set[str]
    tell: Callable[[list[Decision]], Any]
    future: asyncio.Future[Any]
    arrived: float = field(default_factory=monotonic)

    @property
    def chars(self) -> int:
        return sum(len(part.text) for item in self.items for part in item.text_parts)


class Batcher:
    """`threads` batches are decided at the same time, while up to `queue` items wait.

    A batch holds requests under one moderator that want the same scores, the oldest first, and no more than its
    thread's share of what waits. An idle server decides at once; wait_ms: how long the oldest request waits for others
    while one thread is at work and another is free. deadline: seconds from arrival to answer.
    """

    def __init__(self, threads: int, *, wait_ms: float, queue: int, deadline: float) -> None:
        self.waiting = 0
        """Items that no thread has taken yet."""
        self._threads = threads
        self._wait = wait_ms / 1000
        self._most = queue
        self._deadline = deadline
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._queue: dict[_Entry, None] = {}
        self._arrived = asyncio.Event()
        self._collecting = asyncio.Lock()

    async def run(self) -> None:
        """Decides what arrives, until it is cancelled."""
        limiter = CapacityLimiter(self._threads)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._threads):
                tasks.create_task(self._serve(limiter))

    async def decide(
        self,
        moderator: Decides,
        items: Sequence[Item],
        facts: Sequence[Facts],
        want: Set[str],
        tell: Callable[[list[Decision]], Told],
    ) -> Told:
        """What `tell`, called in a thread, makes of the decisions for `items`, or raises.

        Raises TooMany at once if the queue is full (one request is always taken, however many items it has);
        Unavailable past the deadline. Cancelled, it leaves the queue.
        """
        if self._queue and self.waiting + len(items) > self._most:
            raise TooMany("more items are waiting to be decided than the server takes", retry_after=2)
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        entry = _Entry(moderator, items, facts, want, tell, future)
        self._queue[entry] = None
        self.waiting += len(items)
        self._arrived.set()
        try:
            done, _ = await asyncio.wait([future], timeout=self._deadline)
            if not done:
                raise Unavailable(f"no decision within {self._deadline:g} s", retry_after=5)
            return future.result()
        finally:
            future.cancel()
            self._remove(entry)

    def _remove(self, entry: _Entry) -> None:
        if entry in self._queue:
            del self._queue[entry]
            self.waiting -= len(entry.items)

    async def _serve(self, limiter: CapacityLimiter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            async with self._collecting:
                batch = await self._collect()
            self._at_work += 1
            self._idle.clear()
            await to_thread.run_sync(_answer, batch, loop, limiter=limiter, abandon_on_cancel=True)
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def _collect(self) -> list[_Entry]:
        """The next batch, never empty."""
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            oldest = next(iter(self._queue))
            rest = oldest.arrived + self._wait - monotonic()
            with move_on_after(rest):
                await self._idle.wait()
            if batch := self._take():
                return batch

    def _take(self) -> list[_Entry]:
        batch: list[_Entry] = []
        items = chars = 0
        share = min(BATCH, ceil(self.waiting / self._threads))
        for entry in tuple(self._queue):
            if batch and not (entry.moderator is batch[0].moderator and entry.want == batch[0].want):
                continue
            items, chars = items + len(entry.items), chars + entry.chars
            if batch and (items > share or chars > BATCH_CHARS):
                break
            batch.append(entry)
            self._remove(entry)
        return batch


def _answer(batch: Sequence[_Entry], loop: asyncio.AbstractEventLoop) -> None:
    """Runs in a thread. Each request gets its answer as soon as there is one."""
    alone: list[_Entry] = []
    for entry, decisions in zip(batch, _together(batch), strict=True):
        if decisions is None:
            alone.append(entry)
        else:
            _deliver(entry, partial(entry.tell, decisions), loop)
    for entry in alone:
        if not entry.future.done():
            _deliver(entry, partial(_by_itself, entry), loop)


def _together(batch: Sequence[_Entry]) -> list[list[Decision] | None]:
    """The decisions of each request; None for one to be decided by itself, since what failed may be another's item."""
    if len(batch) == 1:
        return [None]
    try:
        decisions = iter(_decide(batch))
    except Exception:  # noqa: BLE001 - whatever it is, it happens again to the request that it belongs to
        return [None] * len(batch)
    parted = [list(islice(decisions, len(entry.items))) for entry in batch]
    return [None if any(map(_failed, found)) else found for found in parted]


def _by_itself(entry: _Entry) -> Any:
    return entry.tell(_decide([entry]))


def _decide(batch: Sequence[_Entry]) -> list[Decision]:
    items = [item for entry in batch for item in entry.items]
    facts = [known for entry in batch for known in entry.facts]
    return list(batch[0].moderator.moderate_many(items, facts, want=batch[0].want))


def _failed(decision: Decision) -> bool:
    return any(isinstance(outcome, Failed) for outcome in decision.outcomes.values())


def _deliver(entry: _Entry, told: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
    try:
        settle: Callable[[], None] = partial(entry.future.set_result, told())
    except Exception as error:  # noqa: BLE001 - it is raised where the request waits
        settle = partial(entry.future.set_exception, error)
    # The loop may be closed already, where the server's time to finish was over.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_unless_gone, entry.future, settle)


def _unless_gone(future: asyncio.Future[Any], settle: Callable[[], None]) -> None:
    if not future.done():
        settle()
