"""`/metrics` counts what was decided, and holds nothing that was said."""

from __future__ import annotations

import httpx
import pytest

from comity.store import Database, issue_key
from tests.fakes import BrokenDetector
from tests.serve.cast import FRIENDLY, GARDEN, INSULT, detectors, garden_settings, serving


def samples(client):
    """The samples of `/metrics` by name with labels."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = (line for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.fixture
def client(tmp_path):
    with (
        serving(garden_settings(tmp_path)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def test_requests_decisions_violations_and_tiers_are_counted(client):
    client.post("/v1/moderate", json={"items": [{"text": INSULT}, {"text": FRIENDLY}]})
    client.post("/v1/moderations", json={"input": INSULT})
    client.post("/v1/moderate", json={})
    found = samples(client)
    assert found['comity_requests_total{door="native",status="200"}'] == 1
    assert found['comity_requests_total{door="native",status="422"}'] == 1
    assert found['comity_requests_total{door="openai",status="200"}'] == 1
    assert found['comity_decisions_total{action="remove",door="native",policy="garden@2"}'] == 1
    assert found['comity_decisions_total{action="allow",door="native",policy="garden@2"}'] == 1
    assert found['comity_decisions_total{action="remove",door="openai",policy="garden@2"}'] == 1
    assert found['comity_violations_total{action="remove",criterion="insult",policy="garden@2"}'] == 2
    assert found['comity_settled_total{tier="exact"}'] == 3
    assert found['comity_request_seconds_count{door="native"}'] == 2
    assert found["comity_queue_items"] == 0


def test_a_failing_detector_is_counted_by_name(tmp_path):
    broken = [*detectors(), BrokenDetector("hate", {}, name="broken.v1")]
    (tmp_path / "garden.yaml").write_text(GARDEN)
    with (
        serving(garden_settings(tmp_path), broken) as address,
        httpx.Client(base_url=address) as client,
    ):
        client.post("/v1/moderations", json={"input": FRIENDLY})
        assert samples(client)['comity_detector_failures_total{detector="broken.v1"}'] == 1


def test_what_visitors_write_never_becomes_a_label(client):
    rule = "{id: xyzzy-rule, text: Never xyzzy., terms: [xyzzy], action: remove}"
    edited = f"policy: xyzzy-policy\nversion: 1\nrules:\n  - {rule}\n"
    client.post("/", data={"text": "xyzzy", "yaml": edited}).raise_for_status()
    client.post(
        "/v1/moderate", json={"id": "xyzzy", "author": "xyzzy", "community": "xyzzy", "text": "xyzzy"}
    )
    client.get("/xyzzy")
    assert "xyzzy" not in client.get("/metrics").text
    found = samples(client)
    assert found['comity_violations_total{action="remove",criterion="terms",policy="edited"}'] == 1
    assert found['comity_requests_total{door="other",status="404"}'] == 1


def test_where_keys_are_required_it_needs_one_for_administrators(tmp_path):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    with Database(url) as database, database.write() as session:
        keys = {scope: issue_key(session, scope, scopes=[scope]).secret for scope in ("moderate", "admin")}
    with serving(garden_settings(tmp_path, require_key=True, database=url)) as address:

        def status(**headers):
            return httpx.get(f"{address}/metrics", headers=headers).status_code

        assert status() == 401
        assert status(Authorization=f"Bearer {keys['moderate']}") == 403
        assert status(Authorization=f"Bearer {keys['admin']}") == 200
