"""One event goes to the address that was checked, once, and whatever happens is told in words."""

from __future__ import annotations

import ssl
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from socket import AF_INET, SOCK_STREAM, gaierror
from threading import Event

import anyio
import pytest
from standardwebhooks import Webhook

from comity.intake import send
from comity.store.outbox import Leased
from tests.intake.certificate import certificate_for
from tests.intake.receiver import receiving
from tests.serve.cast import free_port

SECRET = "whsec_" + b64encode(b"a" * 32).decode()
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


def attempt(url, hosts=()):
    leased = Leased(1, NOW, 1, "forum", url, (SECRET,), 7, "item.decided", NOW, {"item": "post-7"})

    async def once():
        async with send.Sender(hosts) as sender:
            return await sender.send(leased)

    return anyio.run(once)


def names(monkeypatch, **addresses):
    """Lets names lead to addresses: none but these are known."""

    async def look_up(host, port, **_):
        if host not in addresses:
            raise gaierror
        return [(AF_INET, SOCK_STREAM, 6, "", (address, port)) for address in addresses[host].split()]

    monkeypatch.setattr(send, "getaddrinfo", look_up)


def test_what_arrives_is_signed_and_verified():
    with receiving() as receiver:
        assert attempt(receiver.url).error is None
    [received] = receiver.received
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"].startswith("comity/")
    assert received.id == "evt_7"
    assert Webhook(SECRET).verify(received.body, received.headers)["data"] == {"item": "post-7"}


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_answer_of_success_will_do(status):
    with receiving(lambda _: (status, {})) as receiver:
        assert attempt(receiver.url).error is None


@pytest.mark.parametrize("status", [304, 400, 404, 500, 503])
def test_any_other_is_a_failure(status):
    with receiving(lambda _: (status, {})) as receiver:
        failed = attempt(receiver.url)
    assert (failed.error, failed.gone, failed.retry_after) == (f"the answer was {status}", False, None)


def test_a_redirect_is_not_followed():
    with receiving() as elsewhere, receiving(lambda _: (307, {"location": elsewhere.url})) as receiver:
        assert attempt(receiver.url).error == "the answer was 307"
    assert elsewhere.received == []


def test_gone_is_gone():
    with receiving(lambda _: (410, {})) as receiver:
        assert attempt(receiver.url).gone


def test_the_receivers_pause_is_read_as_seconds_or_as_a_date():
    with receiving(lambda _: (429, {"retry-after": "120"})) as receiver:
        assert attempt(receiver.url).retry_after == timedelta(seconds=120)
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with receiving(lambda _: (503, {"retry-after": date})) as receiver:
        pause = attempt(receiver.url).retry_after
    assert timedelta(minutes=50) < pause < timedelta(minutes=61)
    with receiving(lambda _: (503, {"retry-after": "tomorrow"})) as receiver:
        assert attempt(receiver.url).retry_after is None


def test_nobody_there_no_answer_and_no_such_host_are_told(monkeypatch):
    assert "connection failed" in attempt(f"http://127.0.0.1:{free_port()}/").error
    monkeypatch.setattr(send, "SECONDS", 0.05)
    go = Event()
    with receiving(lambda _: (200, {}) if go.wait(30) else (500, {})) as receiver:
        assert attempt(receiver.url).error == "no answer within 0.05 seconds"
        go.set()
    names(monkeypatch)
    assert attempt("https://forum.example/").error == "the name of the host is not known"


@pytest.mark.parametrize("addresses", ["127.0.0.1", "10.0.0.7", "93.184.216.34 127.0.0.1"])
def test_a_public_name_that_leads_inside_is_not_called(monkeypatch, addresses):
    names(monkeypatch, **{"forum.example": addresses})
    with receiving() as receiver:
        refused = attempt(f"https://forum.example:{receiver.port}/")
    assert "not public" in refused.error
    assert receiver.received == []


def test_a_url_that_is_no_longer_allowed_is_not_called():
    assert "without encryption" in attempt("http://forum.example/").error


def test_a_listed_name_is_called_at_the_first_address_that_answers(monkeypatch):
    names(monkeypatch, **{"forum.internal": "127.0.0.2 127.0.0.1"})
    with receiving() as receiver:
        assert attempt(f"http://forum.internal:{receiver.port}/", {"forum.internal"}).error is None
        assert receiver.received[0].headers["host"] == f"forum.internal:{receiver.port}"


def test_the_certificate_has_to_be_that_of_the_name(monkeypatch, tmp_path):
    names(monkeypatch, **{"forum.example": "127.0.0.1", "other.example": "127.0.0.1"})
    file = certificate_for("forum.example", tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)
    hosts = {"forum.example", "other.example"}
    with receiving(tls=tls) as receiver:
        place = f"https://forum.example:{receiver.port}/"
        assert "CERTIFICATE_VERIFY_FAILED" in attempt(place, hosts).error
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert attempt(place, hosts).error is None
        assert "Hostname mismatch" in attempt(place.replace("forum", "other"), hosts).error
    assert len(receiver.received) == 1
