"""What the server does every now and then by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from anyio import create_task_group, sleep, to_thread

from comity.intake.effects import release_expired
from comity.serve.storage import Storage
from comity.store import Database
from comity.store.purge import purge
from comity.store.tables import now

logger = logging.getLogger(__name__)
_BATCHES = 20


@dataclass(frozen=True, slots=True)
class Chore:
    """`work` is called every `seconds`, and returns how much it did. Several processes may do it at the same time."""

    name: str
    seconds: float
    work: Callable[[Database, datetime], int]


def end_restrictions(database: Database, now: datetime) -> int:
    return database.transact(lambda session: release_expired(session, now))


def purge_texts(database: Database, now: datetime) -> int:
    """Some of what is due: a stop of the server need not wait for all of it."""
    done = sum(count for _, count in islice(purge(database, now), _BATCHES))
    if done:
        database.checkpoint()
    return done


CHORES: tuple[Chore, ...] = (
    Chore("end restrictions", 5, end_restrictions),
    Chore("purge texts", 60, purge_texts),
)


async def do_chores(storage: Storage, chores: Sequence[Chore] = CHORES) -> None:
    """Does each of `chores` when it is its time, until it is cancelled; nothing where there is no database yet."""
    async with create_task_group() as tasks:
        for chore in chores:
            tasks.start_soon(_repeat, storage, chore)


async def _repeat(storage: Storage, chore: Chore) -> None:
    while True:
        await sleep(chore.seconds)
        try:
            done = await to_thread.run_sync(_do, storage, chore)
        except Exception as error:  # noqa: BLE001 - a database that is away for a while must not end the chore
            logger.error("the chore `%s` failed: %s", chore.name, type(error).__name__)
        else:
            if done:
                logger.info("the chore `%s` did %d", chore.name, done)


def _do(storage: Storage, chore: Chore) -> int:
    database = storage.if_there()
    return chore.work(database, now()) if database is not None else 0
