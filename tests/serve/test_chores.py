"""What the server does by itself: again and again, and whatever happens."""

from __future__ import annotations

import anyio
import pytest

from comity.serve.chores import CHORES, Chore, do_chores
from comity.serve.storage import Storage
from comity.store import Database
from tests.intake.site import FRIENDLY, Site


async def until(condition):
    with anyio.fail_after(20):
        while not condition():
            await anyio.sleep(0.01)


async def run(storage, chores, condition):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(do_chores, storage, chores)
        await until(condition)
        tasks.cancel_scope.cancel()


@pytest.fixture
def storage(tmp_path):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    Database(url).close()
    storage = Storage(url)
    yield storage
    storage.close()


def test_a_chore_is_done_again_and_again_even_after_it_failed(storage):
    done = []

    def work(database, now):
        done.append(now)
        if len(done) == 1:
            raise ConnectionError("away for a while")
        return 1

    anyio.run(run, storage, [Chore("count", 0.01, work)], lambda: len(done) >= 3)
    assert done == sorted(done)


def test_a_chore_that_fails_does_not_keep_the_others_from_theirs(storage):
    done = []

    def fail(database, now):
        raise ConnectionError("always away")

    chores = [Chore("fail", 0.01, fail), Chore("count", 0.01, lambda database, now: done.append(1) or 0)]
    anyio.run(run, storage, chores, lambda: len(done) >= 3)


def test_without_a_database_nothing_is_done_and_none_is_made(tmp_path):
    url = f"sqlite:///{tmp_path / 'none.db'}"
    asked = []

    async def wait():
        with anyio.move_on_after(0.1):
            await do_chores(Storage(url), [Chore("count", 0.01, lambda *_: asked.append(1) or 0)])

    anyio.run(wait)
    assert asked == []
    assert not (tmp_path / "none.db").exists()


def test_the_server_ends_restrictions_whose_time_is_over(storage):
    site = Site(storage.open())
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    site.review("remove", "no-slander")
    [chore] = [chore for chore in CHORES if chore.name == "end restrictions"]
    site.later(days=2)
    assert chore.work(storage.open(), site.now) == 1
    assert site.restrictions() == [("mute", "expired")]
