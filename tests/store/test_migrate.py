"""Migrations lead from any schema to this version's and back, on both databases, and keep the rows."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from comity.errors import StoreError
from comity.store import Database, list_annotations, list_examples, list_keys
from comity.store.examples import revision_of_examples
from comity.store.migrate import BASE, MIGRATIONS, current_revision, downgrade, head_revision, upgrade
from comity.store.tables import Table
from tests.store.rows import contents, fill

REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
FIRST_RELEASE = (
    "INSERT INTO item_texts VALUES ('post-1', 'What a turnip.', '2026-01-01 00:00:00')",
    "INSERT INTO annotations VALUES"
    " (1, 'post-1', 'post-1', 'insult', 0.75, 1, 'mira', 'console', '2026-01-01 00:00:00')",
    "INSERT INTO api_keys VALUES (1, 'forum', 'comity_x', 'digest', '2026-01-01 00:00:00', NULL)",
    "INSERT INTO examples VALUES"
    " (1, 'garden', 'no-insults', 'You walnut.', TRUE, 'a nut', '2026-01-01 00:00:00')",
)


def tables(connection):
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_the_migrations_make_exactly_the_tables_of_the_code(database):
    with database.snapshot() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_they_lead_up_from_nothing_down_to_nothing_and_up_again(database):
    with database.schema_change() as connection:
        all_tables = tables(connection)
        downgrade(connection, BASE)
        assert (current_revision(connection), tables(connection)) == (BASE, set())
        upgrade(connection)
        assert (current_revision(connection), tables(connection)) == (head_revision(), all_tables)


def test_each_step_can_be_taken_back_and_forth_with_rows_in_every_table(url):
    with Database(url) as database:
        for revision in reversed(REVISIONS):
            with database.schema_change() as connection:
                downgrade(connection, revision)
                assert current_revision(connection) == revision
            if revision != head_revision():
                continue
            fill(database)
        before = contents(database)
        with database.schema_change() as connection:
            upgrade(connection)
        after = contents(database)
    assert before.keys() < after.keys()
    assert {name: len(after[name]) for name in before} == dict.fromkeys(before, 3)


def test_what_the_first_release_stored_is_kept(url):
    with Database(url) as database, database.schema_change() as connection:
        downgrade(connection, REVISIONS[0])
        for statement in FIRST_RELEASE:
            connection.execute(text(statement))
    with Database(url, upgrade=True) as database, database.read() as session:
        assert database.found_revision == REVISIONS[0]
        [annotation] = list_annotations(session).rows
        [example] = list_examples(session, "garden").rows
        [key] = list_keys(session).rows
        assert (annotation.text, annotation.value) == ("What a turnip.", 0.75)
        assert (example.text, example.violates, example.note) == ("You walnut.", True, "a nut")
        assert revision_of_examples(session, "garden") == 1
        assert (key.name, key.digest) == ("forum", "digest")
        assert annotation.created_at.isoformat() == "2026-01-01T00:00:00+00:00"


def test_a_migration_that_fails_leaves_the_database_as_it_was(database):
    def fail_halfway():
        with database.schema_change() as connection:
            downgrade(connection, BASE)
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    with database.snapshot() as connection:
        assert current_revision(connection) == head_revision()


def test_postgresql_is_upgraded_only_when_told(postgres):
    url = postgres.empty()
    with pytest.raises(StoreError, match="has schema base") as refused:
        Database(url)
    assert refused.value.code == "S008"
    assert "comity store upgrade" in refused.value.next_step
    with Database(url, upgrade=True) as database:
        assert database.found_revision == BASE
    with Database(url) as database:
        assert database.found_revision == head_revision()
    postgres.drop(url)


def test_a_newer_schema_is_left_alone(url):
    with Database(url) as database, database.schema_change() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for choice in (None, True, False):
        with pytest.raises(StoreError, match="newer") as refused:
            Database(url, upgrade=choice)
    assert refused.value.code == "S005"
    assert "Upgrade Comity" in refused.value.next_step


def test_a_row_that_would_point_at_none_stops_a_change_of_the_schema(database):
    with pytest.raises(StoreError) as refused, database.schema_change() as connection:
        connection.exec_driver_sql(
            "INSERT INTO bank_items VALUES (1, 9, 'key', 'nettle', FALSE, NULL, '2026-01-01 00:00:00')"
        )
    assert refused.value.code in ("S001", "S007")
    assert contents(database)["bank_items"] == []


def test_sqlite_enforces_foreign_keys_again_after_a_change_of_the_schema(file):
    with file.schema_change():
        pass
    with file.write() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
