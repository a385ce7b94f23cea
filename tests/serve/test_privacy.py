"""How long texts are kept, what is kept of an author, and erasing it, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_hex

import pytest

from comity.serve.chores import CHORES
from comity.store import Database, issue_key
from comity.store.retention import hold, retain
from comity.store.tables import Event, now
from tests.intake.site import FRIENDLY, Site
from tests.serve.forum import forum_server
from tests.store.rows import contents


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with Database(f"sqlite:///{tmp_path_factory.mktemp('privacy') / 'comity.db'}") as database:
        yield database


@pytest.fixture(scope="module")
def forum(tmp_path_factory, database):
    with forum_server(tmp_path_factory.mktemp("policies"), database.place) as forum:
        yield forum


@pytest.fixture
def site(tmp_path):
    with Database(f"sqlite:///{tmp_path / 'comity.db'}") as database:
        yield Site(database)


@pytest.fixture
def author(forum):
    """Somebody new."""
    return forum.new("author")


def path(author, act):
    return f"authors/{author.replace('/', '%2F')}/{act}"


def test_rules_of_retention_are_set_read_and_taken_back(forum):
    def put(**rule):
        return forum.client.put("/v1/retention", json=rule).json()["rules"]

    assert put(kind="item", days=365) == [{"kind": "item", "community": None, "days": 365}]
    both = put(kind="item", days=30, community="roses")
    assert both == forum.get("retention").json()["rules"]
    assert [rule["days"] for rule in both] == [365, 30]
    put(kind="item", days=None)
    assert put(kind="item", days=None, community="roses") == []


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "letter", "days": 30},
        {"kind": "item", "days": 0},
        {"kind": "item"},
        {"kind": "item", "days": 30, "where": "roses"},
    ],
)
def test_a_rule_with_a_mistake_is_refused(forum, rule):
    assert forum.client.put("/v1/retention", json=rule).status_code == 422


def test_the_server_purges_what_is_due_by_itself(site):
    site.send("post-1", FRIENDLY)
    site.write(lambda session: retain(session, "item", 30))
    work = {chore.name: chore.work for chore in CHORES}["purge texts"]
    assert work(site.database, site.now) == 0
    site.later(days=31)
    assert work(site.database, site.now) == 1
    assert site.content("post-1", 1) is None


def test_an_author_gets_what_they_wrote(forum, author):
    item, _ = forum.send(FRIENDLY, author)
    answer = forum.get(path(author, "export"))
    assert answer.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["key"] for row in rows if row["table"] == "items"] == [item]
    assert [row["text"]["parts"] for row in rows if row["table"] == "revisions"] == [[["text", FRIENDLY]]]


def test_no_byte_is_left_of_an_erased_author(forum, database, author):
    mark = token_hex(16)
    item, _ = forum.send(f"You walnut {mark}.", author)
    forum.report(item, comment=f"Look: {mark}")
    answer = forum.post(path(author, "erase"))
    assert answer.json() == {"author": author, "texts": 4, "copies": 0, "held": 0}
    assert mark not in repr(contents(database))
    file = Path(database.place.removeprefix("sqlite:///"))
    assert not any(mark.encode() in each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert forum.get(path(author, "")[:-1]).json()["erased_at"] is not None


def test_what_is_held_is_counted(forum, database, author):
    forum.send(FRIENDLY, author)
    database.transact(lambda session: hold(session, "author", author, "A court asks.", "operator", now()))
    assert forum.post(path(author, "erase")).json()["held"] == 2


def test_nobody_is_exported_or_erased_by_a_name_that_is_not_there(forum):
    assert forum.get("authors/nobody/export").status_code == 404
    assert forum.post("authors/nobody/erase").status_code == 404


def test_the_log_says_by_which_key_an_author_was_erased(tmp_path):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    with Database(url) as database:
        scopes = ["moderate", "admin"]
        issued = database.transact(lambda session: issue_key(session, "office", scopes=scopes))
        with forum_server(tmp_path, url, require_key=True) as forum:
            forum.client.headers["Authorization"] = f"Bearer {issued.secret}"
            forum.send(FRIENDLY, "ann")
            assert forum.post("authors/ann/erase").status_code == 200
        with database.read() as session:
            events = session.query(Event).filter_by(kind="author.erased").all()
        assert [event.actor for event in events] == [f"key:{issued.key.id}"]
