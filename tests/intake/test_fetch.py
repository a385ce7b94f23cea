"""Parts of items are fetched from the hosts that were listed, and from no other place that a URL may lead to."""

from __future__ import annotations

import gzip
import hmac
import socket
from datetime import UTC, datetime
from hashlib import sha256

import anyio
import pytest

from comity.errors import InputError
from comity.intake import fetch
from comity.intake.fetch import Fetcher, FetchFailed, signature
from comity.limits import LIMITS
from tests.serve.sites import site

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
SECRET = "a secret of the site and the server"
HOSTS = ["forum.example", "forum.example:8443", "10.0.0.7", "127.0.0.1:9000", "[::1]:9000", "localhost:9000"]


@pytest.fixture
def origin():
    with site() as told:
        yield told


def get(origin, path="/post-7", hosts=None):
    fetcher = Fetcher([origin.host] if hosts is None else hosts, SECRET)
    return anyio.run(fetcher.fetch, f"{origin.address}{path}", NOW)


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/a?b=c",
        "https://FORUM.example:443/",
        "https://forum.example:8443/a",
        "https://10.0.0.7/a",
        "http://127.0.0.1:9000/a",
        "https://[::1]:9000/a",
    ],
)
def test_a_listed_host_may_be_asked(url):
    Fetcher(HOSTS, SECRET).check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "forum.example",
        "//forum.example/a",
        "ftp://forum.example/a",
        "file:///etc/passwd",
        "http://forum.example/a",
        "http://forum.example:8443/a",
        "http://10.0.0.7/a",
        "http://localhost:9000/a",
        "https://forum.example:444/a",
        "https://127.0.0.1/a",
        "https://127.0.0.1:9001/a",
        "https://forum.example.evil.example/a",
        "https://evil.example/forum.example",
        "https://forum.example@evil.example/",
        "https://evil.example\\@forum.example/",
        "https://forum.example/a#b",
        "https://forum.example:99999999/a",
        "https://2130706433/a",
        "https://forum.example/\r\nX: y",
        "https://fôrum.example/a",
    ],
)
def test_any_other_url_is_refused(url):
    with pytest.raises(InputError, match="cannot be used"):
        Fetcher(HOSTS, SECRET).check(url)


def test_without_a_list_nothing_is_asked():
    with pytest.raises(InputError):
        Fetcher([], SECRET).check("https://forum.example/a")


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b'{"text": "Prune."}', [("text", "Prune.")]),
        (
            b'{"parts": [{"id": "title", "text": "a"}, {"id": "body", "text": "b"}]}',
            [("title", "a"), ("body", "b")],
        ),
    ],
)
def test_the_parts_are_what_the_site_answers(origin, body, parts):
    origin.body = body
    assert list(get(origin)) == parts


def test_the_request_says_who_asks(origin):
    origin.body = b'{"text": "Prune."}'
    get(origin, "/post-7?part=1")
    [(path, headers)] = origin.asked
    time, _, signed = headers["Comity-Signature"].partition(",")
    message = f"{int(NOW.timestamp())}.GET.{origin.address}{path}".encode()
    assert time == f"t={int(NOW.timestamp())}"
    assert signed == "v1=" + hmac.new(SECRET.encode(), message, sha256).hexdigest()
    assert headers["Host"] == origin.host


def test_another_url_time_or_secret_has_another_signature():
    told = {
        signature(secret, "GET", url, at)
        for secret in (SECRET, "another")
        for url in ("https://forum.example/1", "https://forum.example/2")
        for at in (NOW, NOW.replace(hour=11))
    }
    assert len(told) == 8


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        (b"", 404, {}),
        (b'{"text": "a"}', 500, {}),
        (b"", 302, {"Location": "http://127.0.0.1:1/"}),
        (b"nonsense", 200, {}),
        (b"{}", 200, {}),
        (b'{"text": "a", "parts": [{"id": "b", "text": "c"}]}', 200, {}),
        (b'{"text": "' + b"a" * (LIMITS.text_chars + 1) + b'"}', 200, {}),
        (b"[" * 100_000, 200, {}),
        (b'{"text": "' + b"a" * LIMITS.request_bytes + b'"}', 200, {}),
        (gzip.compress(b'{"text": "a"}', mtime=0), 200, {"Content-Encoding": "gzip"}),
    ],
)
def test_any_other_answer_is_a_failure_that_quotes_nothing(origin, body, status, headers):
    origin.body, origin.status, origin.headers = body, status, headers
    with pytest.raises(FetchFailed) as failure:
        get(origin)
    assert len(origin.asked) == 1
    assert "aaa" not in str(failure.value)
    assert origin.address not in str(failure.value)


def test_a_site_that_is_gone_is_a_failure(origin):
    with site() as gone:
        pass
    with pytest.raises(FetchFailed, match="could not be asked"):
        get(gone)


def test_a_site_that_takes_too_long_is_a_failure(monkeypatch):
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FetchFailed, match="did not answer"):
            anyio.run(Fetcher([host], SECRET).fetch, f"http://{host}/a", NOW)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1"],
        ["fd00::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["93.184.215.14", "127.0.0.1"],
    ],
)
def test_a_name_that_stands_for_a_private_address_is_not_asked(monkeypatch, addresses):
    async def found(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(fetch, "getaddrinfo", found)
    with pytest.raises(FetchFailed, match="public"):
        anyio.run(Fetcher(HOSTS, SECRET).fetch, "https://forum.example/a", NOW)


def test_the_address_that_was_checked_is_the_one_that_is_asked(monkeypatch):
    looked_up, asked = [], []

    async def found(host, port, **_):
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    async def handle(_, request):
        asked.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
        raise fetch.httpx.ConnectError("this test asks nobody")

    monkeypatch.setattr(fetch, "getaddrinfo", found)
    monkeypatch.setattr(fetch.httpx.AsyncHTTPTransport, "handle_async_request", handle)
    with pytest.raises(FetchFailed):
        anyio.run(Fetcher(HOSTS, SECRET).fetch, "https://forum.example:8443/a", NOW)
    assert looked_up == ["forum.example"]
    assert asked == [("93.184.215.14", "forum.example:8443", "forum.example")]
