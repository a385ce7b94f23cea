"""`comity keys`: create, list, revoke."""

from __future__ import annotations

import json

import pytest

from comity.store import Database, find_key


@pytest.fixture
def keys(comity, tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_DATABASE", f"sqlite:///{tmp_path / 'comity.db'}")
    return lambda *arguments: comity("keys", *arguments)


def test_a_key_is_printed_once_and_alone_so_that_a_pipe_can_take_it(keys, tmp_path):
    created = keys("create", "forum", "--scope", "moderate", "--scope", "admin", "--per-minute", "60")
    secret = created.stdout.strip()
    assert "not shown again" in created.stderr
    assert secret not in created.stderr
    assert secret not in keys("list", "--json").stdout
    with Database(f"sqlite:///{tmp_path / 'comity.db'}") as database, database.read() as session:
        found = find_key(session, secret)
    assert found is not None
    assert (found.name, found.scopes, found.per_minute) == ("forum", {"moderate", "admin"}, 60)


def test_the_list_tells_keys_apart_and_keeps_the_revoked_ones(keys):
    first = json.loads(keys("create", "forum", "--policy", "llm-app", "--json").stdout)
    keys("create", "wiki")
    assert keys("revoke", str(first["id"])).returncode == 0
    rows = [json.loads(line) for line in keys("list", "--json").stdout.splitlines()]
    assert [(row["name"], row["policy"], row["scopes"]) for row in rows] == [
        ("forum", "llm-app", ["moderate"]),
        ("wiki", None, ["moderate"]),
    ]
    assert [row["revoked_at"] is None for row in rows] == [False, True]
    assert "wiki" in keys("list").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "forum", "--scope", "everything"), "moderate, read, review, annotate, admin"),
        (("create", "forum", "--policy", "no-such-policy"), "community"),
        (("create", ""), "1 to 512"),
        (("create", "forum", "--per-minute", "0"), "per-minute"),
        (("revoke", "7"), "List the keys"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(keys, arguments, told):
    answer = keys(*arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
