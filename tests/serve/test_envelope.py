"""What every response has in common."""

from __future__ import annotations

import logging
from time import sleep

import httpx
import pytest

from tests.serve.cast import garden_settings, serving

ENVELOPE = "comity.serve.envelope"
PATHS = ["/", "/healthz", "/v1/policies", "/nowhere", "/static/page.css", "/openapi.json"]


@pytest.mark.parametrize("path", PATHS)
def test_every_response_has_a_request_id_and_the_security_headers(client, path):
    headers = client.get(path).headers
    assert len(headers["x-request-id"]) == 32
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_sane_request_id_is_taken_over(client):
    assert (
        client.get("/healthz", headers={"X-Request-Id": "job-7.a_B"}).headers["x-request-id"] == "job-7.a_B"
    )


@pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 129, "é".encode("latin-1")])
def test_any_other_request_id_is_replaced(client, given):
    made = client.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert len(made) == 32
    assert made.isalnum()


def test_the_log_tells_the_path_but_never_the_text(client, caplog):
    caplog.set_level(logging.INFO)
    client.get("/", params={"text": "xyzzy walnut"})
    client.post("/v1/moderate", json={"text": "xyzzy walnut"})
    while len(lines := [record.getMessage() for record in caplog.records if record.name == ENVELOPE]) < 2:
        sleep(0.01)  # a line is written after its response was sent
    assert [line.split()[:3] for line in lines] == [["GET", "/", "200"], ["POST", "/v1/moderate", "200"]]
    assert "xyzzy" not in "".join(record.getMessage() for record in caplog.records if "comity" in record.name)


def test_a_fault_of_the_server_is_a_problem_without_details(tmp_path, monkeypatch, caplog):
    def fault(record):
        raise RuntimeError(f"cannot take {record.text}")

    monkeypatch.setattr("comity.serve.api.moderate.item_of", fault)
    with serving(garden_settings(tmp_path)) as address:
        answer = httpx.post(f"{address}/v1/moderate", json={"text": "xyzzy"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "xyzzy" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "xyzzy" not in caplog.text
