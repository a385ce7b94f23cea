"""Whatever is sent, the answer is a decision or a problem document that says what is wrong and quotes no content."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from comity.limits import LIMITS

SECRET = "xyzzy-the-secret-words"
DEEP = b'{"text": ' + b"[" * 100_000
LONG = "x" * (LIMITS.text_chars + 1)


def check_problem(answer, status):
    """`answer` is a problem document for `status`, and quotes nothing."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["code"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"nonsense " + SECRET.encode(), 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"text": "caf\xe9 ' + SECRET.encode() + b'"}', 400),
        (b'{"text": "\xed\xa0\x80"}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b'{"text": "\\udc00\\ud800"}', 400),
        (b'{"text": "raw \x00 nul"}', 400),
        (b'{"text": "a", "counters": {"posts": NaN}}', 400),
        (b'{"text": "a", "author": {"id": "b", "age_days": -Infinity}}', 400),
        (b'{"text": "a", "counters": {"posts": 1' + b"0" * 5_000 + b"}}", 400),
        (b'{"text": "a", "counters": {"posts": 1.5}}', 422),
        (b'{"text": "a", "counters": {"posts": 99999999999999999999999999}}', 422),
        (DEEP, 400),
        (DEEP + b"]" * 100_000 + b"}", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"' + SECRET.encode() + b'"', 422),
        (b'{"text": null}', 422),
        (b'{"text": 1}', 422),
        (b'{"items": []}', 422),
        (b'{"items": {"text": "a"}}', 422),
        (b'{"text": "a", "colour": "' + SECRET.encode() + b'"}', 422),
        (b'{"text": "a", "role": "' + SECRET.encode() + b'"}', 422),
        (b'{"text": "a", "lang": "' + SECRET.encode() + b'"}', 422),
        (json.dumps({"text": SECRET + LONG}).encode(), 422),
        (json.dumps({"text": "a", "id": SECRET * 100}).encode(), 422),
        (json.dumps({"items": [{"text": "a"}] * (LIMITS.request_items + 1)}).encode(), 422),
        (json.dumps({"text": "a", "thread": [{"text": "b"}] * (LIMITS.thread_items + 1)}).encode(), 422),
        (b" " * (LIMITS.request_bytes + 1), 413),
    ],
)
def test_a_body_that_cannot_be_judged_is_a_problem(client, body, status):
    answer = client.post("/v1/moderate", content=body, headers={"Content-Type": "application/json"})
    check_problem(answer, status)


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": ""}',
        b'{"text": "escaped \\u0000 nul"}',
        b'{"text": "\\ud83c\\udf31 a pair"}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "author": {"id": "b", "age_days": 1e999}}',
        '{"text": "‮reversed‬ and \u200bempty"}'.encode(),
        json.dumps({"text": "a\u0300" * (LIMITS.text_chars // 2)}).encode(),
    ],
)
def test_an_odd_but_sound_body_is_judged(client, body):
    answer = client.post("/v1/moderate", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["action"] == "allow"


def test_a_mistake_is_located_by_a_json_pointer(client):
    body = {"items": [{"text": "a"}, {"text": "b", "thread": [{"text": 3}]}]}
    problem = check_problem(client.post("/v1/moderate", json=body), 422)
    [mistake] = problem["errors"]
    assert mistake["pointer"] == "/items/1/thread/0/text"
    assert "string" in mistake["detail"]


def test_very_many_mistakes_are_counted_but_not_all_listed(client):
    problem = check_problem(client.post("/v1/moderate", json={"items": [{}] * 900}), 422)
    assert "900 mistakes" in problem["detail"]
    assert len(problem["errors"]) == 50


def test_a_body_that_does_not_announce_its_size_is_cut_off_too(client):
    def drip():
        for _ in range(LIMITS.request_bytes // 100_000 + 2):
            yield b" " * 100_000

    answer = client.post("/v1/moderate", content=drip(), headers={"Content-Type": "application/json"})
    problem = check_problem(answer, 413)
    assert "`request_bytes`" in problem["detail"]
    assert "COMITY_LIMIT_REQUEST_BYTES" in problem["next_step"]


def test_a_simple_client_that_sends_far_too_much_still_gets_to_read_why(address):
    for _ in range(5):
        connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
        body = b" " * (4 * LIMITS.request_bytes)
        connection.request("POST", "/v1/moderate", body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 413
        connection.close()


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(address):
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(
            b"POST /v1/moderate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "jsonish", ""],
)
def test_another_media_type_is_refused(client, content_type):
    answer = client.post("/v1/moderate", content=b'{"text": "a"}', headers={"Content-Type": content_type})
    check_problem(answer, 415)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", "application/vnd.x+json", "APPLICATION/JSON"]
)
def test_json_by_another_name_is_taken(client, content_type):
    answer = client.post("/v1/moderate", content=b'{"text": "a"}', headers={"Content-Type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/static/../../app.py", 404),
        ("GET", "/static/%2e%2e/page.py", 404),
        ("GET", "/static/%00", 404),
        ("GET", "/v1/moderate", 405),
        ("DELETE", "/v1/policies", 405),
        ("PUT", "/", 405),
        ("POST", "/static/page.css", 405),
    ],
)
def test_a_wrong_path_or_method_is_a_problem_too(client, method, path, status):
    check_problem(client.request(method, path), status)


def test_no_other_site_may_read_the_answers(client):
    answer = client.post("/v1/moderate", json={"text": "a"}, headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers
