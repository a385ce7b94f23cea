"""Where keys are required, nothing is decided without one."""

from __future__ import annotations

import httpx
import pytest

from comity.store import Database, issue_key, revoke_key
from tests.serve.cast import INSULT, garden_settings, serving


@pytest.fixture
def guarded(tmp_path):
    """A server that asks for keys, and the database that it knows them from."""
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    with (
        serving(garden_settings(tmp_path, require_key=True, database=url)) as address,
        Database(url) as database,
        httpx.Client(base_url=address) as client,
    ):
        yield client, database


def issued(database):
    with database.write() as session:
        return issue_key(session, "forum")


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def test_a_known_key_opens_the_api(guarded):
    client, database = guarded
    answer = client.post("/v1/moderate", json={"text": INSULT}, headers=bearer(issued(database).secret))
    assert answer.json()["action"] == "remove"


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic ???", "Digest x", "Bearer \xff"]
)
def test_any_other_is_refused_with_the_way_to_send_one(guarded, authorization):
    client, _ = guarded
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    for answer in (
        client.get("/v1/policies", headers=headers),
        client.post("/v1/moderate", json={}, headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="comity"'
        assert "Authorization: Bearer" in answer.json()["next_step"]


def test_a_revoked_key_is_refused(guarded):
    client, database = guarded
    key = issued(database)
    with database.write() as session:
        revoke_key(session, key.key.id)
    assert client.get("/v1/policies", headers=bearer(key.secret)).status_code == 401


def test_a_browser_is_asked_for_the_key_as_a_password(guarded):
    client, database = guarded
    refused = client.get("/")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert client.get("/", auth=("anyone", issued(database).secret)).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/static/page.css"])
def test_probes_and_documents_need_no_key(guarded, path):
    client, _ = guarded
    assert client.get(path).status_code in (200, 503)


def test_a_server_without_keys_opens_no_database(tmp_path):
    with serving(garden_settings(tmp_path, database=f"sqlite:///{tmp_path / 'comity.db'}")) as address:
        httpx.get(f"{address}/v1/policies").raise_for_status()
    assert not (tmp_path / "comity.db").exists()
