"""The worker of revisions that were accepted without a decision: it fetches what they lack, and decides them."""

from __future__ import annotations

import logging
from asyncio import Event
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from anyio import CancelScope, create_task_group, get_cancelled_exc_class, move_on_after, to_thread
from sqlalchemy.orm import Session

from comity.decide import Decision
from comity.errors import ComityError
from comity.intake.fetch import Fetcher
from comity.intake.pending import (
    ATTEMPTS,
    Waiting,
    give_back,
    give_up,
    is_anything_due,
    keep_fetched,
    keep_pending,
    put_off,
    ready_pending,
    take_pending,
)
from comity.intake.submit import Ready
from comity.moderator import Moderator
from comity.serve.batching import Batcher
from comity.serve.metrics import Metrics
from comity.serve.policies import Policies
from comity.serve.unavailable import TooMany
from comity.store import Database
from comity.store.tables import now

logger = logging.getLogger(__name__)

SECONDS = 1.0
"""Between two looks at the database: other processes accept items too, and leases run out."""
_TOGETHER = 32
_DECIDING, _FETCHING = 256, 16


@dataclass(slots=True)
class _Lane:
    """Work of one kind, on at most `most` revisions at a time. `news` is set when there may be something to take."""

    to_fetch: bool
    most: int
    running: int = 0
    news: Event = field(default_factory=Event)


class PendingWorker:
    """Fetches and decides until it is cancelled. If the process dies, what it had leased is taken again once the lease
    has run out; if something fails, it is tried again, and in the end the policy's `on_failure` decides.

    find: the database, None while there is none.
    """

    def __init__(
        self,
        find: Callable[[], Database | None],
        policies: Policies,
        batcher: Batcher,
        metrics: Metrics,
        fetcher: Fetcher,
    ) -> None:
        self._find = find
        self._policies = policies
        self._batcher = batcher
        self._metrics = metrics
        self._fetcher = fetcher
        self._decides = _Lane(to_fetch=False, most=_DECIDING)
        self._fetches = _Lane(to_fetch=True, most=_FETCHING)

    def wake(self) -> None:
        """Something was accepted. To be called in the event loop."""
        self._decides.news.set()
        self._fetches.news.set()

    async def run(self) -> None:
        async with create_task_group() as lanes:
            lanes.start_soon(self._work, self._decides)
            lanes.start_soon(self._work, self._fetches)

    async def _work(self, lane: _Lane) -> None:
        async with create_task_group() as tasks:
            while True:
                lane.news.clear()
                taken = await self._take(lane)
                for together in [[one] for one in taken] if lane.to_fetch else _parted(taken):
                    lane.running += len(together)
                    tasks.start_soon(self._handle, lane, together)
                if not taken:
                    with move_on_after(SECONDS):
                        await lane.news.wait()

    async def _take(self, lane: _Lane) -> list[Waiting]:
        if lane.running >= lane.most:
            return []
        try:
            return await to_thread.run_sync(self._taken, lane.to_fetch, lane.most - lane.running)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, the server goes on
            logger.error("accepted items have to wait: %s", _reason(error))
            return []

    def _taken(self, to_fetch: bool, most: int) -> list[Waiting]:
        database = self._find()
        if database is None:
            return []
        with database.read() as session:
            if not is_anything_due(session, now(), to_fetch=to_fetch):
                return []
        return database.transact(lambda session: take_pending(session, now(), most, to_fetch=to_fetch))

    async def _handle(self, lane: _Lane, together: Sequence[Waiting]) -> None:
        try:
            async with self._given_back_if_stopped(together):
                await (self._fetch(together[0]) if lane.to_fetch else self._decide(together))
        except Exception as error:  # noqa: BLE001 - the leases run out, and then it is tried again
            logger.error("accepted items have to wait: %s", _reason(error))
        finally:
            lane.running -= len(together)
            lane.news.set()

    async def _fetch(self, one: Waiting) -> None:
        assert one.source is not None, "it was taken to be fetched"
        try:
            parts = await self._fetcher.fetch(one.source, now())
        except ComityError as error:
            await self._failed(one, error)
        else:
            await self._transact(lambda session: keep_fetched(session, one.revision_id, parts, now()))
            self._decides.news.set()

    async def _decide(self, together: Sequence[Waiting]) -> None:
        """Decides revisions under one policy: together, and if that fails one after the other."""
        try:
            moderator, ready = await to_thread.run_sync(self._prepare, together)
            if ready:
                items, facts = [each.item for _, each in ready], [each.facts for _, each in ready]
                tell = partial(self._keep, moderator, ready)
                await self._batcher.decide(moderator, items, facts, frozenset(), tell)
        except TooMany as error:
            await self._give_back(together, timedelta(seconds=error.retry_after))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep the others waiting
            if len(together) == 1:
                await self._failed(together[0], error)
            for one in together if len(together) > 1 else ():
                await self._decide([one])

    def _prepare(self, together: Sequence[Waiting]) -> tuple[Moderator, list[tuple[Waiting, Ready]]]:
        moderator = self._policies.moderator(self._policies.find(together[0].policy))
        with self._database().read() as session:
            found = [
                (one, ready_pending(session, one.revision_id, moderator.policy, now())) for one in together
            ]
        ready = [(one, each) for one, each in found if each is not None]
        # In one order everywhere: the author's row is locked, and two transactions could wait for each other's.
        return moderator, sorted(ready, key=lambda pair: pair[1].item.author or "")

    def _keep(
        self, moderator: Moderator, ready: Sequence[tuple[Waiting, Ready]], decisions: list[Decision]
    ) -> None:
        shadows = [
            moderator.shadow(each.item, decision)
            for (_, each), decision in zip(ready, decisions, strict=True)
        ]

        def keep(session: Session) -> None:
            for (one, _), decision, shadow in zip(ready, decisions, shadows, strict=True):
                keep_pending(session, one.revision_id, decision, moderator.policy, now(), shadow)

        self._database().transact(keep)
        for decision in decisions:
            self._metrics.decided("native", decision, edited=False)

    async def _failed(self, one: Waiting, error: Exception) -> None:
        reason = _reason(error)
        logger.warning("revision %d, attempt %d: %s", one.revision_id, one.attempts, reason)
        if one.attempts < ATTEMPTS:
            await self._transact(lambda session: put_off(session, one, now()))
            return
        known = {policy.name: policy for policy in self._policies.known()}
        policy = known.get(one.policy, self._policies.default)
        await self._transact(lambda session: give_up(session, one, policy, reason, now()))

    async def _transact(self, work: Callable[[Session], object]) -> None:
        await to_thread.run_sync(lambda: self._database().transact(work))

    def _database(self) -> Database:
        database = self._find()
        assert database is not None, "something was taken from it"
        return database

    @asynccontextmanager
    async def _given_back_if_stopped(self, taken: Sequence[Waiting]) -> AsyncIterator[None]:
        try:
            yield
        except get_cancelled_exc_class():
            with CancelScope(shield=True):
                await self._give_back(taken, timedelta())
            raise

    async def _give_back(self, taken: Sequence[Waiting], pause: timedelta) -> None:
        def work(session: Session) -> None:
            for one in taken:
                give_back(session, one, due_at=now() + pause)

        await self._transact(work)


def _parted(taken: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Those under one policy together, few enough to be decided and written at once."""
    by_policy: defaultdict[str, list[Waiting]] = defaultdict(list)
    for one in taken:
        by_policy[one.policy].append(one)
    for same in by_policy.values():
        for start in range(0, len(same), _TOGETHER):
            yield same[start : start + _TOGETHER]


def _reason(error: Exception) -> str:
    # Other errors than our own may quote content.
    return error.what if isinstance(error, ComityError) else f"it failed with {type(error).__name__}"
