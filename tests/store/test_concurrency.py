"""Many writers at once: none is turned away, nothing is lost, nothing is there twice."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from comity.errors import StoreError
from comity.store import (
    Database,
    NewAnnotation,
    NewExample,
    add_annotation,
    add_example,
    issue_key,
    list_annotations,
    put_bank,
)
from comity.store.database import engines
from comity.store.examples import revision_of_examples
from comity.store.tables import ApiKey, Bank, BankItem, Example, ExampleRevision

THREADS = 16
# On SQLite each write waits for the disk, so the full number takes its time.
WRITES = pytest.mark.parametrize("writes", [20, pytest.param(200, marks=pytest.mark.heavy)])


def at_once(work, count=THREADS):
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, range(count)))


def count_of(database, table):
    with database.read() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


@WRITES
def test_threads_write_and_read_at_once_and_none_is_turned_away(database, writes):
    def work(number):
        for turn in range(writes):
            with database.write() as session:
                session.add(ApiKey(name="busy", prefix="", digest=f"{number} {turn}", scope="moderate"))
            if turn % 20 == 0:
                count_of(database, ApiKey)

    at_once(work)
    assert count_of(database, ApiKey) == THREADS * writes


_WRITER = """
import sys
from comity.store import Database
from comity.store.tables import ApiKey
url, name, writes = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Database(url, upgrade=True) as database:
    for turn in range(writes):
        with database.write() as session:
            session.add(ApiKey(name=name, prefix="", digest=f"{name} {turn}", scope="moderate"))
"""


@WRITES
def test_processes_that_open_a_new_database_at_once_and_write_to_it_all_succeed(tmp_path, writes):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, url, name, str(writes)]) for name in ("mira", "otto")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    with Database(url) as database:
        assert count_of(database, ApiKey) == len(writers) * writes


def test_two_upgrades_of_an_empty_database_at_once_make_it_once(postgres):
    url = postgres.empty()
    at_once(lambda _: Database(url, upgrade=True).close(), 2)
    with Database(url) as database:
        assert count_of(database, ApiKey) == 0
    postgres.drop(url)


def test_a_text_that_all_add_at_once_is_there_once(database):
    def say(number):
        new = NewAnnotation("post-1", "What a turnip.", "insult", 1.0, f"mira {number}", "console")
        database.transact(lambda session: add_annotation(session, new))

    at_once(say)
    with database.read() as session:
        assert [row.text for row in list_annotations(session).rows] == ["What a turnip."] * THREADS


def test_a_bank_that_all_make_at_once_is_made_once(database):
    made = at_once(lambda _: database.transact(lambda session: put_bank(session, "weeds")[1]))
    assert sorted(made) == [False] * (THREADS - 1) + [True]
    assert count_of(database, Bank) == 1


def test_every_example_counts_as_a_change_however_many_are_added_at_once(database):
    def teach(number):
        new = NewExample("garden", "no-insults", f"You walnut {number}.", violates=True)
        database.transact(lambda session: add_example(session, new))

    at_once(teach)
    with database.read() as session:
        assert revision_of_examples(session, "garden") == THREADS == count_of(database, Example)


def test_readers_of_a_database_in_memory_wait_for_its_writer():
    with Database("sqlite://") as database:

        def work(number):
            for _ in range(20):
                with database.write() as session:
                    issue_key(session, f"{number}")
                count_of(database, ApiKey)

        at_once(work)
        assert count_of(database, ApiKey) == THREADS * 20


def test_a_writer_whose_turn_does_not_come_is_told_so(file, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    with pytest.raises(StoreError, match="took too long") as refused, file.write(), file.write():
        pass
    assert refused.value.code == "S004"


def test_transactions_that_meet_crosswise_are_both_done_in_the_end(database):
    """One holds the first row and wants the second, the other one the reverse: a deadlock on PostgreSQL."""
    policies = ("garden", "kitchen")

    def prepare(session):
        session.add_all(ExampleRevision(policy=policy, revision=0) for policy in policies)

    def count_both(number):
        def work(session):
            for policy in policies if number % 2 else reversed(policies):
                row = session.get(ExampleRevision, policy, with_for_update=True)
                row.revision += 1
                session.flush()

        for _ in range(10):
            database.transact(work)

    database.transact(prepare)
    at_once(count_both, 2)
    with database.read() as session:
        assert [session.get(ExampleRevision, policy).revision for policy in policies] == [20, 20]


def test_a_transaction_whose_connection_breaks_before_the_commit_is_done_again(on_postgres):
    tries = []

    def work(session):
        tries.append(1)
        put_bank(session, "weeds")
        if len(tries) == 1:
            session.connection().exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    on_postgres.transact(work)
    assert (len(tries), count_of(on_postgres, Bank)) == (2, 1)


def test_what_fails_each_time_is_given_up_after_three_tries(database):
    tries = []

    def work(session):
        tries.append(1)
        session.add(BankItem(bank_id=7, text="of no bank", is_pattern=False))

    with pytest.raises(StoreError, match="refused"):
        database.transact(work)
    assert len(tries) == (1 if "sqlite" in database.place else 3)
