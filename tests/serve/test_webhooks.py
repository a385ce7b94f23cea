"""`/v1/webhooks`: an operator adds a receiver, and the server tells it what happens."""

from __future__ import annotations

import httpx
import pytest
from standardwebhooks import Webhook

from comity.intake import deliver
from comity.store import Database, issue_key, outbox
from comity.store.events import tell
from comity.store.tables import now
from tests.intake.receiver import OK, receiving, wait_for
from tests.serve.cast import garden_settings, serving
from tests.serve.test_metrics import samples


@pytest.fixture(autouse=True)
def _haste(monkeypatch):
    monkeypatch.setattr(deliver, "SECONDS", 0.02)


@pytest.fixture
def database(tmp_path):
    with Database(f"sqlite:///{tmp_path / 'comity.db'}") as database:
        yield database


@pytest.fixture
def client(tmp_path, database):
    settings = garden_settings(tmp_path, database=database.place, webhook_hosts=("forum.internal",))
    with serving(settings) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def add(client, url="https://forum.example/", name="forum", **more):
    return client.post("/v1/webhooks", json={"name": name, "url": url, **more})


def happens(database, subject="item:post-7"):
    with database.write() as session:
        tell(session, "item.decided", subject, {"item": "post-7"}, now=now())


def deliveries(client, state):
    return client.get("/v1/webhooks/forum/deliveries", params={"state": state}).json()["deliveries"]


def test_what_happens_is_told_to_the_receiver_and_to_be_seen(client, database):
    with receiving() as receiver:
        added = add(client, receiver.url, kinds=["item.decided"])
        assert added.status_code == 201
        happens(database)
        wait_for(lambda: deliveries(client, "delivered"))
    [received] = receiver.received
    assert Webhook(added.json()["secret"]).verify(received.body, received.headers)["data"] == {
        "item": "post-7"
    }
    [told] = deliveries(client, "delivered")
    assert (told["event"], told["kind"], told["subject"]) == (received.id, "item.decided", "item:post-7")
    assert (told["attempts"], told["error"]) == (1, None)
    found = samples(client)
    assert found['comity_webhook_attempts_total{outcome="delivered"}'] == 1
    assert found["comity_webhook_waiting"] == 0


def test_the_secret_is_shown_when_it_is_made_and_not_again(client):
    first = add(client).json()["secret"]
    rotated = client.post("/v1/webhooks/forum/rotate", params={"overlap_hours": 1}).json()
    assert rotated["previous_until"] is not None
    assert rotated["secret"] != first
    for shown in ("/v1/webhooks", "/v1/webhooks/forum"):
        answer = client.get(shown)
        assert "whsec_" not in answer.text
        assert "forum.example" in answer.text


def test_the_dead_are_seen_replayed_and_discarded(client, database, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 1)
    healthy = []
    with receiving(lambda _: OK if healthy else (500, {})) as receiver:
        add(client, receiver.url)
        for subject in ("item:1", "item:2", "item:3"):
            happens(database, subject)
        wait_for(lambda: len(deliveries(client, "dead")) == 3)
        first, second, _ = (dead["id"] for dead in deliveries(client, "dead"))
        healthy.append(True)
        place = "/v1/webhooks/forum/deliveries"
        assert client.post(f"{place}/{first}/replay").json() == {"replayed": 1}
        wait_for(lambda: len(deliveries(client, "delivered")) == 1)
        assert client.post(f"{place}/{first}/replay").status_code == 404
        assert client.delete(f"{place}/{second}").status_code == 204
        assert client.post("/v1/webhooks/forum/replay").json() == {"replayed": 1}
        wait_for(lambda: len(deliveries(client, "delivered")) == 2)


def test_lists_go_on_where_the_page_before_ended(client, database):
    for name in ("forum", "wiki", "chat"):
        add(client, name=name)
    first = client.get("/v1/webhooks", params={"limit": 2}).json()
    second = client.get("/v1/webhooks", params={"limit": 2, "after": first["next"]}).json()
    assert [found["name"] for found in first["webhooks"] + second["webhooks"]] == ["forum", "wiki", "chat"]
    assert second["next"] is None


def test_a_webhook_is_disabled_enabled_and_removed(client):
    add(client)
    assert client.post("/v1/webhooks/forum/disable").json()["disabled_at"] is not None
    assert client.post("/v1/webhooks/forum/enable").json()["disabled_at"] is None
    assert client.delete("/v1/webhooks/forum").status_code == 204
    assert client.get("/v1/webhooks/forum").status_code == 404


def test_a_listed_host_may_speak_http(client):
    assert add(client, "http://forum.internal/hooks").status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "http://forum.example/"}, 422),
        ({"url": "https://10.0.0.7/"}, 422),
        ({"kinds": ["item.decidet"]}, 422),
        ({"name": "a/b"}, 422),
        ({"secret": "mine"}, 422),
        ({"name": "there"}, 409),
    ],
)
def test_a_mistake_is_told(client, body, status):
    add(client, name="there")
    answer = client.post("/v1/webhooks", json={"name": "forum", "url": "https://forum.example/", **body})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_where_keys_are_required_it_needs_one_for_administrators(tmp_path, database):
    with database.write() as session:
        keys = {scope: issue_key(session, scope, scopes=[scope]).secret for scope in ("moderate", "admin")}
    with serving(garden_settings(tmp_path, require_key=True, database=database.place)) as address:

        def status(scope):
            headers = {"Authorization": f"Bearer {keys[scope]}"}
            return httpx.get(f"{address}/v1/webhooks", headers=headers).status_code

        assert (status("moderate"), status("admin")) == (403, 200)
