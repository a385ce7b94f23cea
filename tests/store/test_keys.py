"""Keys are shown once, kept as hashes, and can be revoked."""

from __future__ import annotations

import sqlite3

import pytest

from comity.errors import InputError, NotFound
from comity.store import Database, find_key, issue_key, list_keys, revoke_key
from comity.store.migrate import downgrade


def test_an_issued_key_is_found_by_its_secret(database):
    with database.write() as session:
        issued = issue_key(session, "forum")
    with database.read() as session:
        found = find_key(session, issued.secret)
        assert found is not None
        assert found.name == "forum"
        assert issued.secret.startswith(found.prefix)


def test_another_secret_finds_nothing(database):
    with database.write() as session:
        issued = issue_key(session, "forum")
    with database.read() as session:
        for wrong in (issued.secret + "x", issued.key.prefix, issued.key.digest, "", "\ud800"):
            assert find_key(session, wrong) is None


def test_two_keys_are_never_the_same(database):
    with database.write() as session:
        assert len({issue_key(session, "forum").secret for _ in range(20)}) == 20


def test_the_secret_is_nowhere_in_the_file(file, tmp_path):
    with file.write() as session:
        secret = issue_key(session, "forum").secret
    file.close()
    with sqlite3.connect(tmp_path / "comity.db") as connection:
        assert secret not in "\n".join(connection.iterdump())


def test_a_revoked_key_is_found_no_more_but_stays_in_the_list(database):
    with database.write() as session:
        issued = issue_key(session, "forum")
        first = revoke_key(session, issued.key.id).revoked_at
        assert revoke_key(session, issued.key.id).revoked_at == first
    with database.read() as session:
        assert find_key(session, issued.secret) is None
        [key] = list_keys(session).rows
        assert key.revoked_at is not None
        assert key.revoked_at.tzinfo is not None


def test_a_key_that_is_not_there_cannot_be_revoked(database):
    with pytest.raises(NotFound), database.write() as session:
        revoke_key(session, 7)


@pytest.mark.parametrize(
    "fields",
    [{"scopes": []}, {"scopes": ["everything"]}, {"per_minute": 0}, {"name": ""}, {"name": "x" * 513}],
)
def test_a_key_that_could_do_nothing_or_nobody_knows_is_not_issued(database, fields):
    with pytest.raises(InputError), database.write() as session:
        issue_key(session, **{"name": "forum", **fields})


def test_keys_from_before_there_were_scopes_go_on_as_they_were(url):
    with Database(url) as database, database.schema_change() as connection:
        downgrade(connection, "0002")
        connection.exec_driver_sql(
            "INSERT INTO api_keys VALUES (1, 'forum', 'comity_x', 'digest', '2026-01-01', NULL)"
        )
    with Database(url, upgrade=True) as database, database.read() as session:
        [key] = list_keys(session).rows
    assert (key.scopes, key.policy, key.per_minute) == ({"moderate", "annotate", "admin"}, None, None)
