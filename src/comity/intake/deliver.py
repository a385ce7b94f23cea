"""Brings what is in the outbox to its webhooks."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from anyio import create_task_group, move_on_after, to_thread
from anyio.abc import TaskGroup
from sqlalchemy import event
from sqlalchemy.orm import Session

from comity.intake.send import Sender
from comity.store.database import Database
from comity.store.outbox import Attempt, Leased, Outcome, is_due, lease, settle
from comity.store.tables import Delivery, now

logger = logging.getLogger(__name__)

SECONDS = 1.0
"""Between two looks at the database: other processes write into it, and pauses end."""
_FILLED = "comity_filled_outbox"


class Outbox:
    """A worker. Each turn writes down what came of the last sends and takes what is due, in one transaction; so nothing
    is held while a receiver takes its time, and much at once costs few transactions. If the process dies, what it
    had taken is sent again once the lease has run out, with the same `webhook-id`.

    find: the database, None while there is none. hosts: those that are listed for `comity.store.hosts`. count: is told
    what became of each attempt.
    """

    def __init__(
        self,
        find: Callable[[], Database | None],
        hosts: Collection[str] = (),
        *,
        count: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        self._find = find
        self._hosts = hosts
        self._count = count
        self._busy: Counter[int] = Counter()
        self._done: list[Attempt] = []
        self._news = asyncio.Event()
        self._stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Delivers for as long as the block lasts, and then waits for what is under way: a matter of seconds."""
        self._stopping = False
        async with create_task_group() as tasks:
            tasks.start_soon(self._run)
            yield
            self._stopping = True
            self._news.set()

    async def _run(self) -> None:
        with woken_by_commits(self._wake_from(asyncio.get_running_loop())):
            async with Sender(self._hosts) as sender, create_task_group() as tasks:
                while not self._stopping or self._done or self._busy.total():
                    self._news = asyncio.Event()
                    if not await self._turn(sender, tasks):
                        with move_on_after(SECONDS):
                            await self._news.wait()

    async def _turn(self, sender: Sender, tasks: TaskGroup) -> bool:
        """Whether anything was done."""
        done, self._done = self._done, []
        try:
            outcomes, taken = await to_thread.run_sync(self._exchange, done, dict(self._busy))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, the server goes on
            # When the server stops, they are left to the lease: the database may be gone for long.
            self._done = [] if self._stopping else done + self._done
            logger.error("the outbox has to wait: %s", error)
            return False
        for outcome in outcomes:
            self._count(outcome)
        for leased in taken:
            self._busy[leased.webhook_id] += 1
            tasks.start_soon(self._send, sender, leased)
        return bool(done or taken)

    def _exchange(self, done: list[Attempt], busy: dict[int, int]) -> tuple[list[Outcome], list[Leased]]:
        database = self._find()
        if database is None:
            return [], []
        if not done:
            with database.read() as session:
                if self._stopping or not is_due(session, now(), busy):
                    return [], []

        def exchange(session: Session) -> tuple[list[Outcome], list[Leased]]:
            settled = settle(session, done, now())
            return settled, [] if self._stopping else lease(session, now(), busy)

        return database.transact(exchange)

    async def _send(self, sender: Sender, leased: Leased) -> None:
        try:
            attempt = await sender.send(leased)
        except Exception as error:
            attempt = Attempt(leased, f"it could not be sent: {type(error).__name__}")
            logger.exception("webhook %s: event %d could not be sent", leased.webhook, leased.event_id)
        if attempt.error is not None:
            logger.warning("webhook %s: event %d: %s", leased.webhook, leased.event_id, attempt.error)
        self._busy[leased.webhook_id] -= 1
        self._done.append(attempt)
        self._news.set()

    def _wake_from(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        def wake() -> None:
            with suppress(RuntimeError):  # the loop is closed: the commit must not suffer for it
                loop.call_soon_threadsafe(lambda: self._news.set())

        return wake


@contextmanager
def woken_by_commits(wake: Callable[[], None]) -> Iterator[None]:
    """Calls `wake` after each commit of this process that put something into an outbox, in the thread that commits."""

    def flushed(session: Session, _: object) -> None:
        if any(isinstance(row, Delivery) for row in session.new):
            session.info[_FILLED] = True

    def committed(session: Session) -> None:
        if session.info.get(_FILLED):
            wake()

    event.listen(Session, "after_flush", flushed)
    event.listen(Session, "after_commit", committed)
    try:
        yield
    finally:
        event.remove(Session, "after_flush", flushed)
        event.remove(Session, "after_commit", committed)
