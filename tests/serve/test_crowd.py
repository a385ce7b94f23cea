"""More requests than the server can decide: they are turned away in time, and nobody works for those who left."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import httpx
import pytest

from tests.fakes import WordDetector
from tests.serve.cast import INSULT, garden_settings, serving
from tests.serve.test_keys import DOORS


class GatedDetector(WordDetector):
    """Decides no insult before its gate is open."""

    def detect(self, items):
        if any("walnut" in part.text for item in items for part in item.parts):
            self.at_work.set()
            assert self.gate.wait(20)
        return super().detect(items)


@pytest.fixture
def crowded(tmp_path):
    """A server whose only thread is at work and whose queue of one is full; and its detector."""
    detector = GatedDetector("insult", {"walnut": 0.93})
    detector.at_work, detector.gate = Event(), Event()
    with (
        serving(garden_settings(tmp_path, threads=1, queue=1), [detector]) as address,
        ThreadPoolExecutor() as callers,
    ):
        ask = lambda: httpx.post(f"{address}/v1/moderate", json={"text": INSULT})  # noqa: E731
        first = callers.submit(ask)
        assert detector.at_work.wait(20)
        second = callers.submit(ask)
        wait_for(lambda: waiting(address) == 1)
        try:
            yield address, detector
        finally:
            detector.gate.set()
        assert {first.result().status_code, second.result().status_code} == {200}


def wait_for(condition):
    while not condition():
        sleep(0.01)


def waiting(address):
    [line] = [
        line
        for line in httpx.get(f"{address}/metrics").text.splitlines()
        if line.startswith("comity_queue_items")
    ]
    return float(line.split()[1])


def test_past_the_queue_every_door_says_in_its_own_shape_when_to_try_again(crowded):
    address, _ = crowded
    shapes = {}
    for path, body in DOORS.items():
        answer = httpx.post(f"{address}{path}", json=body)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        shapes[path] = answer.json()
    assert shapes["/v1/moderate"]["code"] == "H003"
    assert shapes["/v1/moderations"]["error"]["code"] == "rate_limit_exceeded"
    assert shapes["/azure/contentsafety/text:analyze"]["error"]["code"] == "TooManyRequests"
    assert shapes["/perspective/v1alpha1/comments:analyze"]["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert "message" in shapes["/mistral/v1/moderations"]


def test_a_client_that_goes_away_leaves_the_queue(tmp_path):
    detector = GatedDetector("insult", {"walnut": 0.93})
    detector.at_work, detector.gate = Event(), Event()
    settings = garden_settings(tmp_path, threads=1)
    with serving(settings, [detector]) as address, ThreadPoolExecutor() as callers:
        running = callers.submit(httpx.post, f"{address}/v1/moderate", json={"text": INSULT})
        assert detector.at_work.wait(20)
        with socket.create_connection(("127.0.0.1", settings.port)) as leaving:
            body = b'{"id": "left", "text": "walnut"}'
            head = b"POST /v1/moderate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            leaving.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            wait_for(lambda: waiting(address) == 1)
        wait_for(lambda: waiting(address) == 0)
        detector.gate.set()
        assert running.result().status_code == 200
        wait_for(lambda: 'status="gone"} 1.0' in httpx.get(f"{address}/metrics").text)
    assert "left" not in detector.asked
