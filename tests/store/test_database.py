"""Opening a database brings it to this version's schema, or says what to do."""

from __future__ import annotations

import os
import sqlite3
import sys
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from comity.errors import MissingExtra, StoreError
from comity.store import Database, issue_key, list_keys
from comity.store.tables import Table


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    Database(url).close()
    with create_engine(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_opening_makes_the_folder_and_a_second_time_keeps_what_is_there(tmp_path):
    url = f"sqlite:///{tmp_path / 'far' / 'away' / 'comity.db'}"
    with Database(url) as database, database.write() as session:
        issue_key(session, "forum")
    with Database(url) as database, database.read() as session:
        assert [key.name for key in list_keys(session).rows] == ["forum"]


def test_a_database_in_memory_is_one_for_all_threads():
    with Database("sqlite://") as database:

        def write():
            with database.write() as session:
                issue_key(session, "from a thread")

        thread = Thread(target=write)
        thread.start()
        thread.join()
        with database.read() as session:
            assert len(list_keys(session).rows) == 1


def test_an_error_in_a_session_leaves_nothing_behind(database):
    def fail_halfway():
        with database.write() as session:
            issue_key(session, "half done")
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    with database.read() as session:
        assert list_keys(session).rows == ()


def test_many_threads_write_at_once_and_none_is_turned_away(database):
    def write():
        for _ in range(5):
            with database.write() as session:
                issue_key(session, "busy")

    threads = [Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert len(list_keys(session).rows) == 30


def test_a_newer_schema_is_left_alone(tmp_path):
    path = tmp_path / "comity.db"
    Database(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer") as refused:
        Database(f"sqlite:///{path}")
    assert refused.value.code == "S005"
    assert "Upgrade Comity" in refused.value.next_step


def test_a_database_that_another_process_holds_is_called_locked(tmp_path, monkeypatch):
    monkeypatch.setattr("comity.store.database._BUSY_MS", 10)
    path = tmp_path / "comity.db"
    with Database(f"sqlite:///{path}") as database:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as refused, database.write() as session:
            list_keys(session)
        holder.close()
    assert refused.value.code == "S004"


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, " * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        Database(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as refused:
        Database(f"sqlite:///{tmp_path / 'file' / 'comity.db'}")
    assert refused.value.where == str(tmp_path / "file")
    assert "COMITY_DATABASE" in refused.value.next_step


@pytest.mark.parametrize("url", ["nonsense", "klingon://db", "sqlite"])
def test_a_url_of_no_known_database_is_refused(url):
    with pytest.raises(StoreError) as refused:
        Database(url)
    assert refused.value.code == "S002"


def test_a_missing_driver_says_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'comity\[postgres\]'"):
        Database("postgresql://user:secret@localhost/comity")


def test_a_committed_key_outlives_a_crash(tmp_path):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    Database(url).close()
    if (child := os.fork()) == 0:
        with Database(url).write() as session:
            issue_key(session, "kept")
        os._exit(9)
    os.waitpid(child, 0)
    with Database(url) as database, database.read() as session:
        assert [key.name for key in list_keys(session).rows] == ["kept"]
