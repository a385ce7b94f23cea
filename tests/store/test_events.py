"""Whoever follows the events by their numbers misses none, whoever else is writing."""

from __future__ import annotations

from threading import Thread
from time import sleep

from comity.store import Database, events
from comity.store.events import list_events, tell
from comity.store.tables import now


def add(session, subject):
    tell(session, "item.decided", subject, {}, now=now())


def subjects(database, **chosen):
    with database.read() as session:
        return [event.subject for event in list_events(session, **chosen).rows]


def test_events_are_listed_in_their_order(database):
    for number in range(3):
        database.transact(lambda session, number=number: add(session, f"item:{number}"))
    assert subjects(database) == ["item:0", "item:1", "item:2"]
    assert subjects(database, after=1) == ["item:1", "item:2"]
    assert subjects(database, subject="item:1") == ["item:1"]
    assert subjects(database, kinds=["case.opened"]) == []


def test_an_earlier_number_that_is_committed_later_is_waited_for(postgres):
    """PostgreSQL hands out numbers before the commit: a follower that saw 2 would never ask for 1."""
    url = postgres.migrated()
    with Database(url) as database:

        def slowly(session):
            add(session, "item:first")
            started.append(1)
            sleep(0.2)

        started: list[int] = []
        writer = Thread(target=lambda: database.transact(slowly))
        writer.start()
        while not started:
            sleep(0.001)
        database.transact(lambda session: add(session, "item:second"))
        assert subjects(database) == ["item:first", "item:second"]
        writer.join()
    postgres.drop(url)


def test_what_takes_too_long_is_left_for_the_next_time(postgres, monkeypatch):
    monkeypatch.setattr(events, "_MOST_WAIT_SECONDS", 0.01)
    url = postgres.migrated()
    with Database(url) as database:
        with database.write() as session:
            add(session, "item:first")
            database.transact(lambda session: add(session, "item:second"))
            assert subjects(database) == []
        assert subjects(database) == ["item:first", "item:second"]
    postgres.drop(url)
