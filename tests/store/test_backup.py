"""A backup holds everything, fits into either database and into a later schema, and is refused if it was damaged."""

from __future__ import annotations

import json
import stat
import zipfile
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import InputError, StoreError
from comity.store import Database, NewExample, add_example, issue_key, list_examples, list_keys
from comity.store.backup import backup, restore
from comity.store.migrate import downgrade, head_revision
from tests.store.rows import contents, fill


@pytest.fixture
def new(tmp_path, postgres):
    """Makes an empty database of the kind that it is asked for."""
    made, numbers = [], iter(range(100))

    def make(kind):
        url = postgres.migrated() if kind == "postgresql" else f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
        made.append((url, Database(url)))
        return made[-1][1]

    yield make
    for url, database in made:
        database.close()
        if url.startswith("postgresql"):
            postgres.drop(url)


@pytest.fixture
def saved(tmp_path):
    """A backup of a database with an example in it."""
    with Database("sqlite://") as database:
        with database.write() as session:
            add_example(session, NewExample("garden", "no-insults", "You walnut.", violates=True))
        backup(database, tmp_path / "saved.zip")
    return tmp_path / "saved.zip"


@pytest.mark.parametrize(
    "kinds",
    [("sqlite", "postgresql", "sqlite"), ("postgresql", "sqlite", "postgresql")],
    ids=lambda kinds: " to ".join(kinds),
)
def test_every_row_of_every_table_comes_back_through_either_database(new, tmp_path, kinds):
    databases = [new(kind) for kind in kinds]
    fill(databases[0])
    before = contents(databases[0])
    assert all(len(rows) == 3 for rows in before.values())
    manifests = []
    for number, target in enumerate(databases[1:]):
        manifests.append(backup(databases[number], tmp_path / f"{number}.zip"))
        restore(target, tmp_path / f"{number}.zip")
        assert contents(target) == before
    assert manifests[0].tables == manifests[1].tables


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
            lambda text: text.strip()
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_text_comes_back_as_it_was(new, tmp_path, texts):
    with Database("sqlite://") as first, Database("sqlite://") as last:
        between = new("postgresql")
        first.transact(
            lambda session: [
                add_example(session, NewExample("garden", "rule", text, violates=True)) for text in texts
            ]
        )
        for source, target in ((first, between), (between, last)):
            backup(source, tmp_path / "texts.zip", overwrite=True)
            restore(target, tmp_path / "texts.zip")
        with last.read() as session:
            assert [row.text for row in list_examples(session, "garden").rows] == texts


def test_after_a_restore_new_rows_get_new_numbers(database, saved):
    restore(database, saved)
    with database.write() as session:
        added = add_example(session, NewExample("garden", "no-insults", "You fork.", violates=True))
        issue_key(session, "the first row of its table")
        assert [row.id for row in list_examples(session, "garden").rows] == [1, added.id]


def test_what_is_written_during_a_backup_is_not_in_it(database, tmp_path, new):
    with database.write() as session:
        issue_key(session, "early")

    def write_more(table, done, total):
        if not written:
            written.append(table)
            with database.write() as session:
                issue_key(session, "late")

    written = []
    backup(database, tmp_path / "early.zip", progress=write_more)
    target = new("sqlite")
    restore(target, tmp_path / "early.zip")
    with target.read() as session:
        assert written
        assert len(list_keys(session).rows) == 1


def test_a_backup_of_an_older_schema_is_brought_to_this_one(url, tmp_path, new):
    with Database(url) as database, database.schema_change() as connection:
        downgrade(connection, "0001")
    with Database(url, upgrade=False) as database:
        fill(database)
        assert backup(database, tmp_path / "old.zip").revision == "0001"
        assert database.found_revision == "0001"
    target = new("postgresql" if url.startswith("sqlite") else "sqlite")
    restore(target, tmp_path / "old.zip")
    with target.read() as session:
        assert len(list_keys(session).rows) == 3
    assert backup(target, tmp_path / "new.zip").revision == head_revision()


def test_progress_is_told_for_each_table(database, saved):
    told = []
    restore(database, saved, progress=lambda *step: told.append(step))
    assert ("examples", 1, 1) in told


def test_only_its_owner_can_read_a_backup(saved):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_overwritten_only_if_told(file, saved):
    with pytest.raises(InputError, match="exists already"):
        backup(file, saved)
    backup(file, saved, overwrite=True)


def test_a_backup_that_fails_leaves_the_old_one_and_nothing_else(file, saved, tmp_path):
    fill(file, rows=1)
    before = saved.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        backup(file, saved, overwrite=True, progress=fail)
    assert saved.read_bytes() == before
    assert list(tmp_path.glob("*saved*")) + list(tmp_path.glob(".*saved*")) == [saved]


def test_a_folder_that_is_not_there_is_told(file, tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        backup(file, tmp_path / "nowhere" / "saved.zip")


def test_an_empty_postgresql_without_tables_has_nothing_to_back_up(postgres, tmp_path):
    url = postgres.empty()
    with Database(url, upgrade=False) as database, pytest.raises(InputError, match="nothing"):
        backup(database, tmp_path / "none.zip")
    postgres.drop(url)


def test_a_database_with_rows_is_never_restored_into(database, saved):
    with database.write() as session:
        issue_key(session, "forum")
    with pytest.raises(InputError, match=r"not empty.*api_keys"):
        restore(database, saved)
    with database.read() as session:
        assert list_examples(session, "garden").rows == ()


def rewritten(path, change):
    """The backup with the contents of its members changed; digests are made right again for the changed lines."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def with_right_digests(members):
    manifest = json.loads(members["manifest.json"])
    for table in manifest["tables"]:
        content = members[f"tables/{table['name']}.jsonl"]
        table.update(sha256=sha256(content).hexdigest(), rows=content.count(b"\n"))
    members["manifest.json"] = json.dumps(manifest).encode()


def changed_text(members):
    members["tables/examples.jsonl"] = members["tables/examples.jsonl"].replace(b"walnut", b"peanut")


def missing_table(members):
    del members["tables/examples.jsonl"]


def broken_manifest(members):
    members["manifest.json"] = b'{"format": 2}'


@pytest.mark.parametrize("change", [changed_text, missing_table, broken_manifest])
def test_a_damaged_backup_is_refused_before_anything_is_restored(database, saved, change):
    rewritten(saved, change)
    with pytest.raises(InputError, match="damaged") as refused:
        restore(database, saved)
    assert saved.name in refused.value.where
    with database.read() as session:
        assert list_examples(session, "garden").rows == ()


def test_a_backup_of_a_newer_version_is_refused(database, saved):
    def from_the_future(members):
        members["manifest.json"] = members["manifest.json"].replace(head_revision().encode(), b"9999")

    rewritten(saved, from_the_future)
    with pytest.raises(InputError, match=r"9999.*newer"):
        restore(database, saved)


def test_a_cut_off_or_foreign_file_is_no_backup(database, saved, tmp_path):
    saved.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(InputError, match="no backup"):
        restore(database, saved)
    with pytest.raises(InputError, match="cannot read"):
        restore(database, tmp_path / "nowhere.zip")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b'"violates"', b'"breaks"', "other columns"),
        (b'"created_at":"2', b'"created_at":"x', "none of its column's type"),
    ],
)
def test_a_row_that_does_not_fit_is_told_with_its_place(database, saved, before, after, told):
    def change(members):
        members["tables/examples.jsonl"] = members["tables/examples.jsonl"].replace(before, after)
        with_right_digests(members)

    rewritten(saved, change)
    with pytest.raises(InputError, match=told) as refused:
        restore(database, saved)
    assert refused.value.where.endswith("tables/examples.jsonl, lines 1 to 1")


def test_a_row_that_points_at_none_is_refused_with_all_the_rest(database, saved):
    def orphan(members):
        row = {"id": 1, "bank_id": 9, "key": "k", "text": "nettle", "is_pattern": False, "description": None}
        line = json.dumps({**row, "created_at": "2026-01-01T00:00:00+00:00"}) + "\n"
        members["tables/bank_items.jsonl"] = line.encode()
        with_right_digests(members)

    rewritten(saved, orphan)
    with pytest.raises(StoreError):
        restore(database, saved)
    with database.read() as session:
        assert list_examples(session, "garden").rows == ()


def test_a_text_that_postgresql_cannot_hold_is_told(new, file, tmp_path):
    with file.write() as session:
        add_example(session, NewExample("garden", "rule", "nut\0shell", violates=True))
    backup(file, tmp_path / "nul.zip")
    with pytest.raises(StoreError, match=r"U\+0000") as refused:
        restore(new("postgresql"), tmp_path / "nul.zip")
    assert "examples.jsonl" in refused.value.where
