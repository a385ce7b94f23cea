"""What was accepted is decided, whatever fails in between: by this server, by the next one, or by `on_failure`."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from comity.intake import pending
from comity.intake.accept import accept, content_in, edit
from comity.store import Database
from comity.store.check import check
from comity.store.tables import ItemRecord, Pending, Text, now
from comity.wire.items import KeptItemIn
from tests.serve.cast import DOUBTFUL, FRIENDLY, INSULT, garden_settings, serving
from tests.serve.keeping import forum, wait_for
from tests.serve.sites import site
from tests.serve.test_crowd import GatedDetector

SECRET = "a secret of the site and the server"
TRUSTING = """\
policy: trusting
version: 1
on_failure: allow
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.80}
    action: remove
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'comity.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.migrated()
    yield url
    server.drop(url)


@pytest.fixture
def origin():
    with site() as told:
        yield told


@pytest.fixture
def hasty(monkeypatch):
    """Pauses between attempts are short."""
    monkeypatch.setattr(pending, "PAUSE", timedelta(milliseconds=5))


def accepted(database, id, text=DOUBTFUL, policy="garden"):
    """An item that a server has accepted and has not decided."""
    new = KeptItemIn(id=id, text=text)
    with database.write() as session:
        accept(session, new, content_in(new), policy, now())


def row(session, id):
    return session.scalars(select(Pending).join_from(Pending, pending.Revision).join(
        ItemRecord, ItemRecord.id == pending.Revision.item_id
    ).where(ItemRecord.key == id)).one_or_none()  # fmt: skip


def fetching(origin, **settings):
    return {"fetch_hosts": (origin.host,), "fetch_secret": SECRET, **settings}


def test_what_a_server_accepted_before_it_died_is_decided_by_the_next(tmp_path, url):
    with Database(url) as database:
        for number in range(40):
            accepted(database, f"post-{number}")
    with forum(tmp_path, url) as server:
        assert {server.decided(f"post-{number}")["action"] for number in range(40)} == {"review"}
        assert sorted(server.asked.count(f"post-{number}") for number in range(40)) == [1] * 40


def test_a_lease_that_ran_out_is_taken_over_and_one_that_runs_is_not(tmp_path, url):
    with Database(url) as database:
        for id, left in (("dead", -1), ("alive", 60)):
            accepted(database, id)
            with database.write() as session:
                found = row(session, id)
                found.leased_until, found.attempts = now() + timedelta(seconds=left), 1
    with forum(tmp_path, url) as server:
        assert server.decided("dead")["action"] == "review"
        assert server.item("alive")["state"] == "pending"


def test_two_servers_on_one_database_decide_everything_once(tmp_path, url):
    with Database(url) as database:
        for number in range(60):
            accepted(database, f"post-{number}", INSULT)
    other = tmp_path / "other"
    other.mkdir()
    with serving(garden_settings(other, database=url)), forum(tmp_path, url) as server:
        wait_for(lambda: not pending_rows(server.database))
        log = server.client.get("/v1/decisions").json()["decisions"]
    assert sorted(line["item"] for line in log) == sorted(f"post-{number}" for number in range(60))


def pending_rows(database):
    with database.read() as session:
        return session.scalars(select(Pending.revision_id)).all()


def differences(database):
    return list(check(database))


def test_every_revision_that_waited_gets_its_decision(tmp_path, url):
    with Database(url) as database:
        accepted(database, "post-7", INSULT)
        with database.write() as session:
            edit(session, "post-7", [("text", FRIENDLY)], now())
    with forum(tmp_path, url) as server:
        wait_for(lambda: not pending_rows(server.database))
        item = server.item("post-7")
    assert [one["action"] for one in item["revisions"]] == ["remove", "allow"]
    assert item["action"] == "allow"


def test_what_cannot_be_decided_goes_to_a_person_and_holds_up_nobody(tmp_path, hasty):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    with Database(url) as database:
        accepted(database, "before")
        accepted(database, "purged")
        accepted(database, "of a policy that is gone", policy="gone")
        accepted(database, "after")
        with database.write() as session:
            found = session.scalars(select(ItemRecord).where(ItemRecord.key == "purged")).one()
            session.delete(session.scalars(select(Text).where(Text.item_id == found.id)).one())
    with forum(tmp_path, url) as server:
        for id in ("before", "after"):
            assert server.decided(id)["decision"]["not_judged"] == []
        for id, reason in (("purged", "purged"), ("of a policy that is gone", "no such policy")):
            decision = server.decided(id)["decision"]
            assert decision["action"] == "review"
            assert decision["case"] is not None
            [told] = decision["not_judged"]
            assert reason in told["reason"]
            assert "5 times (on_failure: review)" in told["reason"]


def test_a_partial_item_is_completed_by_a_fetch_and_decided(tmp_path, url, origin):
    origin.body = b'{"parts": [{"id": "body", "text": "You walnut."}]}'
    with forum(tmp_path, url, **fetching(origin)) as server:
        author = {"id": "mira", "verified": True}
        body = {"id": "post-7", "fetch": f"{origin.address}/post-7", "author": author}
        answer = server.client.post("/v1/items", json=body)
        assert (answer.status_code, answer.json()["state"]) == (202, "pending")
        item = server.decided("post-7")
        assert item["action"] == "remove"
        assert [one["change"] for one in item["revisions"]] == ["new", "completed"]
        assert server.client.post("/v1/items", json=body).json() == item["decision"]
        assert pending_rows(server.database) == []
        assert differences(server.database) == []
    assert len(origin.asked) == 1
    assert "Comity-Signature" in origin.asked[0][1]


@pytest.mark.parametrize(("policy", "action"), [("garden", "review"), ("trusting", "allow")])
def test_what_cannot_be_fetched_is_decided_by_on_failure(tmp_path, hasty, origin, policy, action):
    origin.status = 500
    (tmp_path / "trusting.yaml").write_text(TRUSTING)
    with forum(tmp_path, **fetching(origin)) as server:
        body = {"id": "post-7", "fetch": f"{origin.address}/post-7", "policy": policy}
        server.client.post("/v1/items", json=body)
        decision = server.decided("post-7")["decision"]
    [told] = decision["not_judged"]
    assert (decision["action"], told["what"]) == (action, "item")
    assert told["reason"] == f"the site answered 500, 5 times (on_failure: {action})"
    assert len(origin.asked) == 5


def test_a_site_that_answers_at_last_is_heard(tmp_path, hasty, origin):
    origin.status, origin.body = 503, b'{"text": "Prune above the bud."}'
    with forum(tmp_path, **fetching(origin)) as server:
        server.client.post("/v1/items", json={"id": "post-7", "fetch": f"{origin.address}/post-7"})
        wait_for(lambda: origin.asked)
        origin.status = 200
        assert server.decided("post-7")["action"] == "allow"


def test_the_parts_that_a_site_sends_itself_go_before_those_that_are_fetched(tmp_path, origin):
    origin.status = 500
    with forum(tmp_path, **fetching(origin)) as server:
        server.client.post("/v1/items", json={"id": "post-7", "fetch": f"{origin.address}/post-7"})
        answer = server.client.put("/v1/items/post-7", json={"text": INSULT})
        assert (answer.status_code, answer.json()["action"]) == (200, "remove")
        assert [one["change"] for one in server.item("post-7")["revisions"]] == ["new", "completed"]
        assert pending_rows(server.database) == []


def test_what_is_deleted_is_not_fetched_any_more(tmp_path, origin):
    origin.status = 500
    with forum(tmp_path, **fetching(origin)) as server:
        server.client.post("/v1/items", json={"id": "post-7", "fetch": f"{origin.address}/post-7"})
        assert server.client.delete("/v1/items/post-7").status_code == 204
        assert pending_rows(server.database) == []
        assert server.item("post-7")["state"] == "deleted"
        assert differences(server.database) == []


def test_a_server_that_stops_gives_back_what_it_did_not_decide(tmp_path):
    slow = GatedDetector("insult", {"turnip": 0.6})
    slow.at_work, slow.gate = Event(), Event()
    try:
        with forum(tmp_path, asked=[slow]) as server:
            accepted(server.database, "post-7", "A walnut.")
            assert slow.at_work.wait(20)
        with Database(f"sqlite:///{tmp_path / 'comity.db'}") as database, database.read() as session:
            found = row(session, "post-7")
        assert (found.leased_until, found.attempts) == (None, 0)
    finally:
        slow.gate.set()
