"""What a key allows: its scopes, the policy it stands for, how often it may ask; told in every door's own shape."""

from __future__ import annotations

import logging

import httpx
import pytest

from comity.serve.run import run
from comity.store import Database, issue_key
from tests.serve.cast import FRIENDLY, INSULT, garden_settings
from tests.serve.doors import detectors, serving

ANALYZE = "/perspective/v1alpha1/comments:analyze"
SUGGEST = "/perspective/v1alpha1/comments:suggestscore"
BLOCKLIST = "/azure/contentsafety/text/blocklists/weeds"
COMMENT = {"comment": {"text": FRIENDLY}, "languages": ["en"], "requestedAttributes": {"INSULT": {}}}
SUGGESTION = {"comment": {"text": FRIENDLY}, "attributeScores": {"INSULT": {"summaryScore": {"value": 0.1}}}}
DOORS = {
    "/v1/moderate": {"text": FRIENDLY},
    "/v1/moderations": {"input": FRIENDLY},
    "/mistral/v1/moderations": {"model": "mistral-moderation-latest", "input": [FRIENDLY]},
    "/azure/contentsafety/text:analyze": {"text": FRIENDLY},
    ANALYZE: COMMENT,
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that asks for keys, and `issue`, which makes one."""
    folder = tmp_path_factory.mktemp("keys")
    url = f"sqlite:///{folder / 'comity.db'}"
    settings = garden_settings(folder, require_key=True, database=url)
    with (
        Database(url) as database,
        serving(settings, detectors()) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):

        def issue(**fields):
            with database.write() as session:
                return issue_key(session, "forum", **fields).secret

        yield client, issue


def send(client, secret, path, body, method="POST"):
    """A request with the key where the door's clients put it."""
    headers = {"Authorization": f"Bearer {secret}"}
    parameters = {"key": secret} if path.startswith("/perspective") else None
    return client.request(method, path, json=body, headers=headers, params=parameters)


@pytest.mark.parametrize("path", DOORS)
def test_a_key_without_the_scope_is_refused_in_the_shape_of_the_door(guarded, path):
    client, issue = guarded
    answer = send(client, issue(scopes=["annotate"]), path, DOORS[path])
    assert answer.status_code == 403
    assert "moderate" in answer.text
    assert "error" in answer.json() or "message" in answer.json() or answer.json()["code"] == "A002"
    assert send(client, issue(scopes=["moderate"]), path, DOORS[path]).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        ("POST", SUGGEST, SUGGESTION, "annotate"),
        ("PATCH", BLOCKLIST, {}, "admin"),
        ("GET", BLOCKLIST, None, "moderate"),
        ("DELETE", BLOCKLIST, None, "admin"),
        ("GET", "/v1/policies", None, "moderate"),
        ("GET", "/", None, "moderate"),
    ],
)
def test_each_act_needs_one_scope_and_no_other(guarded, method, path, body, scope):
    client, issue = guarded
    for other in {"moderate", "annotate", "admin"} - {scope}:
        assert send(client, issue(scopes=[other]), path, body, method).status_code == 403
    assert send(client, issue(scopes=[scope]), path, body, method).status_code < 300


@pytest.mark.parametrize("path", DOORS)
def test_past_its_rate_a_key_is_told_when_to_try_again(guarded, path):
    client, issue = guarded
    key = issue(per_minute=2)
    answers = [send(client, key, path, DOORS[path]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30
    assert "2 requests a minute" in answers[2].text


def test_the_page_tells_it_too(guarded):
    client, issue = guarded
    key = issue(per_minute=1)
    assert [client.get("/", auth=("me", key)).status_code for _ in range(2)] == [200, 429]


def test_the_policy_of_a_key_decides_where_its_requests_name_none(guarded):
    client, issue = guarded
    key = issue(policy="llm-app")
    assert send(client, key, "/v1/moderate", {"text": INSULT}).json()["policy"].startswith("llm-app@")
    assert send(client, key, "/v1/moderate?policy=garden", {"text": INSULT}).json()["policy"] == "garden@2"
    [told] = send(client, key, "/v1/moderations", {"input": INSULT}).json()["results"]
    assert told["comity"]["policy"].startswith("llm-app@")
    assert send(client, key, "/v1/policies", None, "GET").json()["default"] == "llm-app"


@pytest.mark.parametrize(
    ("host", "require_key", "warned"),
    [("0.0.0.0", False, True), ("::", False, True), ("0.0.0.0", True, False), ("127.0.0.9", False, False)],
)
def test_a_server_open_to_a_network_without_keys_says_so(
    tmp_path, caplog, monkeypatch, host, require_key, warned
):
    monkeypatch.setattr("uvicorn.Server.run", lambda server: None)
    with caplog.at_level(logging.WARNING):
        run(garden_settings(tmp_path, host=host, require_key=require_key))
    assert ("comity keys create" in caplog.text) == warned
