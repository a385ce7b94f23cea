"""The outbox at work: what happened arrives, in order, at least once, whatever receivers and workers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from random import Random
from threading import Event, Lock, Thread

import pytest
from standardwebhooks import Webhook

from comity.errors import StoreError
from comity.intake import deliver
from comity.store import Database, outbox
from comity.store.events import tell
from comity.store.outbox import list_deliveries, replay
from comity.store.tables import now
from comity.store.webhooks import add_webhook, get_webhook, rotate_secret
from tests.intake.receiver import OK, delivering, receiving, wait_for
from tests.serve.cast import free_port

WORKER = """
import sys, anyio
from comity.intake.deliver import Outbox
from comity.store import Database

async def work():
    async with Outbox(lambda: Database(sys.argv[1])).running():
        await anyio.sleep_forever()

anyio.run(work)
"""


@pytest.fixture(autouse=True)
def _haste(monkeypatch):
    monkeypatch.setattr(deliver, "SECONDS", 0.02)
    monkeypatch.setattr(outbox, "BACKOFF", timedelta(milliseconds=1))


def add(database, receiver, name="forum"):
    with database.write() as session:
        return add_webhook(session, name, getattr(receiver, "url", receiver)).secret


def happens(database, subject="item:post-7", number=0):
    with database.write() as session:
        data = {"subject": subject, "number": number}
        tell(session, "item.decided", subject, data, now=now())


def listed(database, state, name="forum"):
    with database.read() as session:
        return list_deliveries(session, get_webhook(session, name), state, size=1_000).rows


def all_delivered(database, count, name="forum"):
    return lambda: len(listed(database, "delivered", name)) == count


def in_order(receiver):
    """The numbers in the data by subject, each as often as it came."""
    came = defaultdict(list)
    for received in receiver.received:
        came[received.data["subject"]].append(received.data["number"])
    return came


def unreliable(seed):
    """A receiver's answer that is a failure every third time; half of these did take the event."""
    random, lock = Random(seed), Lock()

    def answer(_):
        with lock:
            return random.choice([OK, OK, OK, OK, (500, {}), (429, {"retry-after": "0"})])

    return answer


def test_two_workers_and_an_unreliable_receiver_lose_nothing_and_change_no_order(database):
    subjects, events = 6, 10
    with receiving(unreliable(7)) as receiver:
        add(database, receiver)

        def write(subject):
            for number in range(events):
                happens(database, f"item:{subject}", number)

        writers = [Thread(target=write, args=(subject,)) for subject in range(subjects)]
        with delivering(lambda: database), delivering(lambda: database):
            for writer in writers:
                writer.start()
            wait_for(all_delivered(database, subjects * events))
        for writer in writers:
            writer.join()
    came = in_order(receiver)
    assert len(came) == subjects
    for numbers in came.values():
        assert numbers == sorted(numbers)
        assert set(numbers) == set(range(events))
    assert len({received.id for received in receiver.received}) == subjects * events
    assert len(receiver.received) > subjects * events


def test_what_was_told_in_this_process_is_sent_at_once(database, monkeypatch):
    monkeypatch.setattr(deliver, "SECONDS", 3_600)
    with receiving() as receiver, delivering(lambda: database):
        add(database, receiver)
        for number in range(3):
            happens(database, number=number)
            wait_for(all_delivered(database, number + 1))


def test_while_secrets_change_a_receiver_with_either_verifies(database):
    with receiving() as receiver, delivering(lambda: database):
        old = add(database, receiver)
        with database.write() as session:
            new = rotate_secret(session, "forum").secret
        happens(database)
        wait_for(all_delivered(database, 1))
    [received] = receiver.received
    for secret in (old, new):
        assert Webhook(secret).verify(received.body, received.headers)["type"] == "item.decided"


def test_a_slow_receiver_holds_up_no_other(database):
    go = Event()
    with (
        receiving(lambda _: OK if go.wait(60) else (500, {})) as slow,
        receiving() as quick,
        delivering(lambda: database),
    ):
        add(database, slow, "slow")
        add(database, quick, "quick")
        for number in range(12):
            happens(database, f"item:{number}")
        wait_for(all_delivered(database, 12, "quick"))
        assert len(slow.received) <= outbox.AT_ONCE
        assert listed(database, "delivered", "slow") == ()
        go.set()
        wait_for(all_delivered(database, 12, "slow"))


def test_a_pause_that_the_receiver_asks_for_is_kept(database):
    with receiving(lambda _: (429, {"retry-after": "600"})) as receiver, delivering(lambda: database):
        add(database, receiver)
        before = now()
        happens(database)
        wait_for(lambda: [row.error for row in listed(database, "waiting")] == ["the answer was 429"])
        [waiting] = listed(database, "waiting")
        assert waiting.due_at >= before + timedelta(minutes=10)


def test_a_receiver_that_was_down_too_long_gets_it_by_replay(database, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 2)
    port = free_port()
    with delivering(lambda: database):
        add(database, f"http://127.0.0.1:{port}/")
        happens(database)
        wait_for(lambda: listed(database, "dead"))
        assert "connection failed" in listed(database, "dead")[0].error
        with receiving(port=port) as receiver:
            database.transact(lambda session: replay(session, get_webhook(session, "forum"), now()))
            wait_for(all_delivered(database, 1))
        assert [received.id for received in receiver.received] == ["evt_1"]


def test_a_receiver_that_is_gone_gets_no_more(database):
    with receiving(lambda _: (410, {})) as receiver, delivering(lambda: database):
        add(database, receiver)
        happens(database, "item:1")

        def is_disabled():
            with database.read() as session:
                return get_webhook(session, "forum").disabled_at

        wait_for(is_disabled)
        happens(database, "item:2")
    assert len(receiver.received) == 1
    assert len(listed(database, "waiting")) == 1


def test_a_worker_that_is_killed_midway_loses_nothing(url, database):
    killed = []

    def answer(_):
        if not killed:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
        return OK

    with receiving(answer) as receiver:
        add(database, receiver)
        happens(database, number=1)
        worker = subprocess.Popen([sys.executable, "-c", WORKER, url])
        assert worker.wait(60) == -signal.SIGKILL
        [lost] = listed(database, "waiting")
        with database.write() as session:
            session.merge(lost).leased_until = now()  # as if the minute were over
        with delivering(lambda: database):
            wait_for(all_delivered(database, 1))
    first, second = receiver.received
    assert first.id == second.id
    assert first.body == second.body


def test_at_the_end_what_is_under_way_is_finished_and_nothing_new_begun(database):
    arrived, go = Event(), Event()

    def answer(_):
        arrived.set()
        go.wait(60)
        return OK

    with receiving(answer) as receiver:
        add(database, receiver)
        happens(database, number=1)
        happens(database, number=2)
        with delivering(lambda: database):
            assert arrived.wait(60)
            Thread(target=go.set).start()
    assert len(receiver.received) == len(listed(database, "delivered"))
    assert len(listed(database, "waiting")) == 2 - len(receiver.received)


def test_a_database_that_fails_for_a_while_does_not_stop_the_worker(database):
    failures = [StoreError("the disk is full")] * 3

    def find() -> Database:
        if failures:
            raise failures.pop()
        return database

    with receiving() as receiver, delivering(find):
        add(database, receiver)
        happens(database)
        wait_for(all_delivered(database, 1))
    assert failures == []


def test_each_outcome_is_counted(database):
    answers, counted = [OK, (500, {})], []
    with receiving(lambda _: answers.pop()) as receiver, delivering(lambda: database, count=counted.append):
        add(database, receiver)
        happens(database)
        wait_for(lambda: len(counted) == 2)
    assert counted == ["failed", "delivered"]
