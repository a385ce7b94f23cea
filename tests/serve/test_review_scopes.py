"""What the doors of review ask of a key."""

from __future__ import annotations

import pytest

from comity.store import SCOPES, Database, issue_key
from tests.serve.forum import forum_server

REPORT = {"item": "post-1", "reason": "rude"}
NEEDED = [
    ("POST", "reports", REPORT, {"moderate"}),
    ("GET", "reports", None, {"read", "review"}),
    ("GET", "reports/nowhere", None, {"moderate", "review"}),
    ("GET", "reports?text=true", None, {"read"}),
    ("GET", "policies/garden", None, {"moderate", "read"}),
    ("GET", "policies/garden/rates", None, {"read"}),
    ("GET", "policies/garden/reasons", None, {"moderate", "review"}),
    ("POST", "policies/garden/rules/no-insults/release", None, {"admin"}),
    ("GET", "cases", None, {"review"}),
    ("GET", "cases/nowhere", None, {"review"}),
    ("POST", "cases/next", {"user": "mira"}, {"review"}),
    ("POST", "cases/nowhere/lease", {"user": "mira"}, {"review"}),
    ("DELETE", "cases/nowhere/lease?user=mira", None, {"review"}),
    ("POST", "cases/nowhere/ruling", {"user": "mira", "action": "allow"}, {"review"}),
    ("GET", "users", None, {"review", "admin"}),
    ("POST", "users", {"key": "mira"}, {"admin"}),
    ("POST", "users/nobody/disable", {}, {"admin"}),
    ("GET", "statements/nowhere", None, {"moderate", "read", "review"}),
    ("POST", "statements/nowhere/appeal", {"message": "No!"}, {"moderate"}),
    ("GET", "appeals", None, {"read", "review"}),
    ("GET", "authors/ann", None, {"moderate", "read", "review"}),
    ("GET", "authors/ann/statements", None, {"moderate", "read", "review"}),
    ("POST", "authors/ann/restrictions/1/lift", {"user": "mira"}, {"review"}),
    ("GET", "events", None, {"read"}),
    ("GET", "golden", None, {"admin"}),
    ("POST", "golden", {"policy": "garden", "text": "Hello.", "action": "allow"}, {"admin"}),
    ("DELETE", "golden/1", None, {"admin"}),
    ("GET", "retention", None, {"admin"}),
    ("PUT", "retention", {"kind": "item", "days": 30}, {"admin"}),
    ("GET", "authors/ann/export", None, {"admin"}),
    ("POST", "authors/ann/erase", {}, {"admin"}),
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that asks for keys, and one key of each scope."""
    folder = tmp_path_factory.mktemp("scopes")
    url = f"sqlite:///{folder / 'comity.db'}"
    with Database(url) as database, database.write() as session:
        keys = {scope: issue_key(session, scope, scopes=[scope]).secret for scope in SCOPES}
    with forum_server(folder, url, require_key=True) as forum:
        yield forum.client, keys


@pytest.mark.parametrize(("method", "path", "body", "scopes"), NEEDED)
def test_each_act_is_allowed_by_its_scopes_and_no_other(guarded, method, path, body, scopes):
    client, keys = guarded
    refused = set()
    for scope, key in keys.items():
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.request(method, f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code < 500
        if answer.status_code == 403:
            refused.add(scope)
    assert refused == set(SCOPES) - scopes
    assert client.request(method, f"/v1/{path}", json=body).status_code == 401


def test_a_case_is_shown_with_its_texts_to_a_key_that_may_read(guarded):
    client, keys = guarded
    headers = {"Authorization": f"Bearer {keys['review']}"}
    assert client.get("/v1/cases/nowhere?text=true", headers=headers).status_code == 403
