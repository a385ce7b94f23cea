"""The outbox hands each delivery to one worker at a time, keeps the order of a subject, and forgets nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import NotFound
from comity.store import outbox
from comity.store.events import tell
from comity.store.outbox import (
    AT_ONCE,
    LEASE,
    MOST_ATTEMPTS,
    MOST_BACKOFF,
    Attempt,
    backoff,
    count_waiting,
    discard,
    is_due,
    lease,
    list_deliveries,
    replay,
    settle,
)
from comity.store.webhooks import add_webhook, get_webhook

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def forum(database):
    """A database with a webhook `forum`."""
    with database.write() as session:
        add_webhook(session, "forum", "https://forum.example/")
    return database


@pytest.fixture(autouse=True)
def _no_luck(monkeypatch):
    monkeypatch.setattr(outbox, "uniform", lambda low, high: high)


def happens(database, *subjects):
    """Events about `subjects`, numbered in their data."""
    with database.write() as session:
        for number, subject in enumerate(subjects):
            tell(session, "item.decided", subject, {"number": number}, now=START)


def take(database, now=START, busy=None):
    with database.write() as session:
        found = lease(session, now, busy or {})
        assert [row.id for row in found] == sorted(row.id for row in found)
        return found


def write_down(database, *attempts, now=START):
    with database.write() as session:
        return settle(session, attempts, now)


def listed(database, state):
    with database.read() as session:
        return list(list_deliveries(session, get_webhook(session, "forum"), state).rows)


def test_events_about_different_subjects_go_at_once_up_to_a_number(forum):
    happens(forum, *(f"item:{number}" for number in range(AT_ONCE + 2)))
    first = take(forum)
    assert len(first) == AT_ONCE
    assert take(forum, busy={first[0].webhook_id: AT_ONCE}) == []
    assert len(take(forum, busy={first[0].webhook_id: AT_ONCE - 1})) == 1


def test_events_about_one_subject_go_one_after_another(forum):
    happens(forum, "item:7", "item:7", "item:8")
    seven, eight = take(forum)
    assert (seven.data, eight.data) == ({"number": 0}, {"number": 2})
    assert take(forum) == []
    assert write_down(forum, Attempt(seven)) == ["delivered"]
    assert [found.data for found in take(forum)] == [{"number": 1}]


def test_an_event_whose_predecessor_failed_waits_with_it(forum):
    happens(forum, "item:7", "item:7")
    [first] = take(forum)
    assert write_down(forum, Attempt(first, "the answer was 503")) == ["failed"]
    with forum.read() as session:
        assert not is_due(session, START + 4 * SECOND, {})
        assert is_due(session, START + 5 * SECOND, {})
    assert take(forum, START + 4 * SECOND) == []
    assert [found.id for found in take(forum, START + 5 * SECOND)] == [first.id]


def test_webhooks_do_not_wait_for_each_other(forum):
    with forum.write() as session:
        add_webhook(session, "wiki", "https://wiki.example/")
    happens(forum, "item:7", "item:7")
    slow, quick = take(forum)
    assert (slow.webhook, quick.webhook) == ("forum", "wiki")
    write_down(forum, Attempt(quick))
    [found] = take(forum, busy={slow.webhook_id: 1})
    assert (found.webhook, found.data) == ("wiki", {"number": 1})


def test_what_a_dead_worker_had_is_taken_again_when_its_lease_has_run_out(forum):
    happens(forum, "item:7")
    [lost] = take(forum)
    assert take(forum, START + LEASE - SECOND) == []
    [found] = take(forum, START + LEASE)
    assert (found.id, found.event_id) == (lost.id, lost.event_id)
    assert write_down(forum, Attempt(lost, "too late"), now=START + LEASE) == []
    assert write_down(forum, Attempt(found), now=START + LEASE) == ["delivered"]


def test_a_receivers_pause_is_kept_but_not_for_ever(forum):
    happens(forum, "item:7", "item:8")
    asks, asks_too_much = take(forum)
    write_down(
        forum,
        Attempt(asks, "the answer was 429", timedelta(hours=2)),
        Attempt(asks_too_much, "the answer was 503", timedelta(days=9)),
    )
    hours = [(row.due_at - START) / timedelta(hours=1) for row in listed(forum, "waiting")]
    assert hours == [2, pytest.approx(3.6)]


def test_after_the_last_attempt_it_is_dead_and_holds_up_nobody(forum):
    happens(forum, "item:7", "item:7")
    now, outcomes = START, []
    while not listed(forum, "dead"):
        [found] = take(forum, now)
        assert found.data == {"number": 0}
        outcomes += write_down(forum, Attempt(found, "the answer was 500"), now=now)
        now += MOST_BACKOFF
    assert outcomes == ["failed"] * (MOST_ATTEMPTS - 1) + ["dead"]
    [dead] = listed(forum, "dead")
    assert (dead.attempts, dead.error) == (MOST_ATTEMPTS, "the answer was 500")
    assert [found.data for found in take(forum, now)] == [{"number": 1}]


def test_a_receiver_that_is_gone_is_disabled_and_loses_nothing(forum):
    happens(forum, "item:7")
    [found] = take(forum)
    assert write_down(forum, Attempt(found, "the answer was 410", gone=True)) == ["gone"]
    with forum.write() as session:
        assert not is_due(session, START, {})
        webhook = get_webhook(session, "forum")
        assert webhook.disabled_at == START
        webhook.disabled_at = None
    assert [again.id for again in take(forum)] == [found.id]


def kill(database, monkeypatch, *subjects):
    """Leaves a dead delivery about each of `subjects`."""
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 1)
    happens(database, *subjects)
    write_down(database, *(Attempt(found, "the answer was 500") for found in take(database)))
    monkeypatch.undo()
    return [row.id for row in listed(database, "dead")]


def test_the_dead_are_replayed_one_or_all_with_all_their_attempts(forum, monkeypatch):
    first, _second, _third = kill(forum, monkeypatch, "item:1", "item:2", "item:3")
    with forum.write() as session:
        webhook = get_webhook(session, "forum")
        assert replay(session, webhook, START, first) == 1
        with pytest.raises(NotFound):
            replay(session, webhook, START, first)
    [again] = listed(forum, "waiting")
    assert (again.id, again.attempts, again.error) == (first, 0, None)
    with forum.write() as session:
        assert replay(session, get_webhook(session, "forum"), START) == 2
        assert count_waiting(session) == 3
    assert len(take(forum)) == 3


def test_the_dead_are_discarded_one_or_all(forum, monkeypatch):
    first, *_ = kill(forum, monkeypatch, "item:1", "item:2", "item:3")
    with forum.write() as session:
        webhook = get_webhook(session, "forum")
        assert discard(session, webhook, first) == 1
        with pytest.raises(NotFound):
            discard(session, webhook, first)
        assert discard(session, webhook) == 2
    assert listed(forum, "dead") == listed(forum, "waiting") == []


def test_the_dead_of_another_webhook_are_not_touched(forum, monkeypatch):
    [dead] = kill(forum, monkeypatch, "item:1")
    with forum.write() as session:
        other = add_webhook(session, "wiki", "https://wiki.example/").webhook
        for change in (lambda: replay(session, other, START, dead), lambda: discard(session, other, dead)):
            with pytest.raises(NotFound):
                change()
        assert replay(session, other, START) == discard(session, other) == 0


@given(st.integers(1, 10_000))
def test_pauses_double_from_five_seconds_to_an_hour(attempts):
    assert backoff(1) == timedelta(seconds=5)
    assert backoff(attempts) <= backoff(attempts + 1) <= min(2 * backoff(attempts), MOST_BACKOFF)
