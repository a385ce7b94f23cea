"""A database opens, keeps what was committed, and says what to do where it cannot."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
from threading import Thread

import pytest
from sqlalchemy import event, text

from comity.errors import MissingExtra, StoreError
from comity.store import Database, issue_key, list_keys
from comity.store.tables import ItemText
from tests.store.rows import fill


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


def test_a_database_that_another_process_holds_is_called_locked(tmp_path, monkeypatch):
    monkeypatch.setattr("comity.store.engines.BUSY_SECONDS", 0.01)
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


def test_every_commit_waits_for_the_disk(file):
    """With `synchronous = NORMAL` a power cut takes the last commits back (https://sqlite.org/wal.html)."""
    full = 2
    with file.read() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == full
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_a_full_disk_is_called_full_and_what_was_there_stays(file):
    with file.write() as session:
        issue_key(session, "first")
    with file.read() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="disk of the database is full") as refused, file.write() as session:
        session.add(ItemText(item_id="post-1", text="x" * 100_000))
    assert refused.value.code == "S006"
    assert "Free space" in refused.value.next_step
    with file.read() as session:
        assert [key.name for key in list_keys(session).rows] == ["first"]


def test_a_disk_that_fails_midway_is_told_and_nothing_is_half_there(tmp_path):
    """The operating system refuses to let the file grow, which SQLite sees as a failing write."""
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    Database(url).close()
    if (child := os.fork()) == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        try:
            with Database(url) as database, database.write() as session:
                session.execute(
                    text("INSERT INTO item_texts VALUES ('big', :text, 'now')"), {"text": "x" * 10**6}
                )
        except StoreError as error:
            os._exit(6 if error.code == "S006" else 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 6
    with Database(url) as database, database.read() as session:
        assert session.execute(text("SELECT count(*) FROM item_texts")).scalar_one() == 0


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    Database(f"sqlite:///{tmp_path / 'comity.db'}").close()
    read_only = Database(f"sqlite:///file:{tmp_path / 'comity.db'}?mode=ro&uri=true")
    with (
        read_only,
        pytest.raises(StoreError, match="cannot be written") as refused,
        read_only.write() as session,
    ):
        issue_key(session, "forum")
    assert refused.value.code == "S003"
    assert "COMITY_DATABASE" in refused.value.next_step


def test_a_damaged_file_is_called_damaged(tmp_path):
    path = tmp_path / "comity.db"
    with Database(f"sqlite:///{path}") as database:
        fill(database, rows=20)
    content = bytearray(path.read_bytes())
    page = 4096
    content[page:] = b"\xff" * (len(content) - page)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as refused:
        Database(f"sqlite:///{path}")
    assert refused.value.code == "S007"
    assert "restore a backup" in refused.value.next_step


def test_a_database_that_does_not_answer_is_told_without_its_password():
    with pytest.raises(StoreError, match="cannot be reached: Connection refused") as refused:
        Database("postgresql://comity:secret@127.0.0.1:1/comity")
    assert refused.value.code == "S009"
    assert "COMITY_DATABASE" in refused.value.next_step
    assert "secret" not in str(refused.value)


def test_a_database_that_nobody_has_made_is_told(postgres):
    url = postgres.empty()
    postgres.drop(url)
    with pytest.raises(StoreError, match="does not exist") as refused:
        Database(url)
    assert refused.value.code == "S009"


def test_a_connection_that_broke_is_replaced_by_the_next_one(on_postgres):
    def break_it():
        with on_postgres.write() as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreError, match="lost") as refused:
        break_it()
    assert refused.value.code == "S009"
    with on_postgres.write() as session:
        issue_key(session, "forum")


def test_a_connection_that_breaks_during_the_commit_leaves_it_open_whether_it_was_stored(on_postgres):
    def break_it(session):
        backend = session.connection().connection.driver_connection.info.backend_pid
        with on_postgres.write() as other:
            other.execute(text(f"SELECT pg_terminate_backend({backend})"))

    def write():
        with on_postgres.write() as session:
            issue_key(session, "forum")
            event.listen(session, "before_commit", break_it)

    with pytest.raises(StoreError, match="may have been stored or not") as refused:
        write()
    assert refused.value.code == "S010"
    assert "idempotency key" in refused.value.next_step


def test_a_snapshot_cannot_write(on_postgres):
    with pytest.raises(StoreError, match="cannot be written"), on_postgres.snapshot() as connection:
        connection.exec_driver_sql("DELETE FROM api_keys")
