"""`comity store`: upgrade, backup, restore."""

from __future__ import annotations

import json

import pytest

from comity.store import Database, NewExample, add_example, list_examples
from comity.store.migrate import downgrade, head_revision


@pytest.fixture
def store(comity, tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_DATABASE", f"sqlite:///{tmp_path / 'comity.db'}")
    return lambda *arguments: comity("store", *arguments)


@pytest.fixture
def taught(tmp_path):
    """A database with an example in it."""
    with Database(f"sqlite:///{tmp_path / 'comity.db'}") as database:
        database.transact(
            lambda session: add_example(session, NewExample("garden", "no-insults", "You walnut.", True))
        )


def test_a_site_moves_from_sqlite_to_postgresql(store, taught, postgres):
    url = postgres.empty()
    assert store("backup", "all.zip").returncode == 0
    too_early = store("restore", "all.zip", "--database", url)
    assert too_early.returncode == 3
    assert "comity store upgrade" in too_early.stderr
    upgraded = json.loads(store("upgrade", "--database", url, "--json").stdout)
    assert upgraded == {"before": "base", "revision": head_revision()}
    restored = json.loads(store("restore", "all.zip", "--database", url, "--json").stdout)
    assert restored["rows"]["examples"] == 1
    with Database(url) as database, database.read() as session:
        assert [row.text for row in list_examples(session, "garden").rows] == ["You walnut."]
    postgres.drop(url)


def test_a_database_of_this_schema_is_left_alone(store, taught):
    assert store("upgrade").stdout == f"the database has schema {head_revision()}\n"


def test_a_backup_is_made_of_the_schema_that_is_there(store, taught, tmp_path):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    with Database(url) as database, database.schema_change() as connection:
        downgrade(connection, "0004")
    assert json.loads(store("backup", "old.zip", "--json").stdout)["revision"] == "0004"
    assert "had schema 0004" in store("upgrade").stdout


def test_what_was_done_is_told(store, taught, tmp_path):
    assert f"rows of schema {head_revision()} are saved" in store("backup", "all.zip").stdout
    restored = store("restore", "all.zip", "--database", f"sqlite:///{tmp_path / 'new.db'}")
    assert restored.stdout == f"2 rows of schema {head_revision()} are restored\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("backup", "x.zip", "--database", "sqlite:///nowhere.db"), "no such database"),
        (("backup", "there.zip"), "--overwrite"),
        (("restore", "nowhere.zip"), "nowhere.zip"),
        (("restore", "there.zip"), "no backup"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(store, taught, tmp_path, arguments, told):
    (tmp_path / "there.zip").write_text("something else")
    answer = store(*arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
