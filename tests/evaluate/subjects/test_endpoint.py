from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event
from typing import ClassVar

import httpx
import pytest
from pydantic import BaseModel

from comity.errors import ComityError, InputError, NotFound, Unauthorised
from comity.evaluate.subjects.endpoint import Endpoint, Patience, Refused, address
from tests.evaluate.subjects.moody_server import QUICK, Answer, moody_server
from tests.serve.cast import free_port

FINE = Answer({"said": "fine"})
ERROR = {"error": {"message": "the text was: You walnut", "code": "out_of_order"}}


class Said(BaseModel):
    said: str


def endpoint(moody, patience=QUICK):
    return Endpoint(httpx.URL(moody.address), {}, patience)


@pytest.mark.parametrize(
    "first",
    [
        Answer(ERROR, 500),
        Answer(ERROR, 429),
        Answer(b"<html>Bad gateway</html>", 502),
        Answer(b"<html>All is well</html>"),
        Answer({"says": "fine"}),
        Answer({"said": "fine"}, seconds=0.7),
    ],
    ids=["broken", "busy", "a page with an error", "a page", "another shape", "too slow"],
)
def test_a_bad_moment_is_followed_by_another_try(first):
    with moody_server(lambda body, n: first if n == 0 else FINE) as moody:
        assert endpoint(moody).post({"text": "hello"}, Said) == Said(said="fine")
    assert [body for _, body in moody.requests] == [{"text": "hello"}] * 2


class Waiting(Event):
    """Passes the time at once, and remembers how long it would have been."""

    waited: ClassVar[list[float]] = []

    def wait(self, timeout=None):
        self.waited.append(timeout)
        return False


@pytest.fixture
def waited(monkeypatch):
    monkeypatch.setattr("comity.evaluate.subjects.endpoint.Event", Waiting)
    monkeypatch.setattr(Waiting, "waited", [])
    return Waiting.waited


def in_an_hour():
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(("told", "seconds"), [("7", 7), ("in an hour", 3600), ("99999", 7200)])
def test_a_retry_waits_as_long_as_it_is_told_up_to_a_limit(told, seconds, waited):
    busy = Answer(ERROR, 429, {"Retry-After": in_an_hour() if told == "in an hour" else told})
    with moody_server(lambda body, n: busy if n == 0 else FINE) as moody:
        assert endpoint(moody, Patience(longest_seconds=7200)).post({}, Said) == Said(said="fine")
    assert waited == [pytest.approx(seconds, abs=600 if seconds == 3600 else 0)]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}])
def test_otherwise_each_wait_is_about_twice_the_last(headers, waited):
    with moody_server(lambda body, n: FINE if n == 4 else Answer(ERROR, 503, headers)) as moody:
        assert endpoint(moody, Patience(first_seconds=1)).post({}, Said) == Said(said="fine")
    assert [place for place, seconds in enumerate(waited) if 2**place / 2 <= seconds <= 2**place * 1.5] == [
        *range(4)
    ]


def test_after_the_last_try_the_reason_is_told_in_codes_only():
    with moody_server(lambda body, n: Answer(ERROR, 500)) as moody:
        refused = endpoint(moody).post({}, Said)
    assert refused == Refused("HTTP 500 out_of_order")
    assert len(moody.requests) == QUICK.attempts


def test_what_concerns_this_request_alone_is_not_tried_again():
    with moody_server(lambda body, n: Answer(ERROR, 400)) as moody:
        refused = endpoint(moody).post({}, Said)
    assert refused == Refused("HTTP 400 out_of_order", ERROR["error"])
    assert len(moody.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (Answer(ERROR, 401), Unauthorised, "COMITY_EVALUATE_KEY"),
        (Answer(b"", 403), Unauthorised, "COMITY_EVALUATE_KEY"),
        (
            Answer({"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}]}}, 400),
            Unauthorised,
            "API_KEY_INVALID",
        ),
        (Answer(ERROR, 404), NotFound, "Correct the address"),
        (Answer(b"", 302, {"Location": "https://example.com"}), ComityError, "redirect"),
    ],
)
def test_what_concerns_every_request_is_raised_at_once(answer, kind, told):
    with moody_server(lambda body, n: answer) as moody, pytest.raises(kind, match=told) as raised:
        endpoint(moody).post({}, Said)
    assert raised.value.where == moody.address
    assert "walnut" not in str(raised.value)
    assert len(moody.requests) == 1


def test_where_nobody_listens_the_error_says_so():
    alone = Endpoint(httpx.URL(f"http://127.0.0.1:{free_port()}"), {})
    with pytest.raises(ComityError, match="nobody listens"):
        alone.post({}, Said)


def test_ten_requests_in_a_row_without_an_answer_end_it():
    with moody_server(lambda body, n: Answer(b"", 500)) as moody:
        tried = endpoint(moody, Patience(attempts=1))
        for _ in range(9):
            assert isinstance(tried.post({}, Said), Refused)
        with pytest.raises(ComityError, match="10 requests in a row, the last time: HTTP 500"):
            tried.post({}, Said)


def test_an_answer_between_them_starts_the_count_again():
    with moody_server(lambda body, n: FINE if n % 5 == 0 else Answer(b"", 500)) as moody:
        tried = endpoint(moody, Patience(attempts=1))
        answers = [tried.post({}, Said) for _ in range(40)]
    assert sum(isinstance(answer, Said) for answer in answers) == 8


def test_many_are_asked_at_once_and_come_back_in_order():
    with moody_server(lambda body, n: Answer({"said": str(body)}, seconds=0.05 if body == 0 else 0)) as moody:
        tried = endpoint(moody)
        said = tried.each(lambda number: tried.post(number, Said), range(20), 4)
    assert [answer.said for answer in said] == [str(number) for number in range(20)]


def test_the_first_hopeless_answer_stops_all_that_wait():
    def answer(body, n):
        return Answer(b"", 401) if body == 0 else Answer(b"", 503)

    with moody_server(answer) as moody:
        tried = endpoint(moody, Patience(first_seconds=60, longest_seconds=60))
        with pytest.raises(Unauthorised):
            tried.each(lambda number: tried.post(number, Said), range(100), 4)
    assert len(moody.requests) < 100


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("https://x.example", "https://x.example/v1/moderations"),
        ("https://x.example/", "https://x.example/v1/moderations"),
        ("https://x.example/v1", "https://x.example/v1/moderations"),
        ("https://x.example/openai/v1/", "https://x.example/openai/v1/moderations"),
        ("https://x.example/v1/moderations", "https://x.example/v1/moderations"),
        ("http://localhost:8000/proxy", "http://localhost:8000/proxy/v1/moderations"),
        ("https://x.example/v1?version=2", "https://x.example/v1/moderations?version=2"),
    ],
)
def test_an_address_is_completed(given, whole):
    assert str(address(given, "/v1/moderations")) == whole


@pytest.mark.parametrize(
    "given", ["", "x.example", "file:///etc/hosts", "https://", "https://u:p@x.example", "h t"]
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(InputError, match="http://"):
        address(given, "/v1/moderations")
