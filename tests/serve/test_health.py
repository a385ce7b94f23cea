"""Probes: alive at once, ready when a first decision was made."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx

from comity.detect import Outcome
from tests.fakes import BrokenDetector, WordDetector
from tests.serve.cast import garden_settings, serving


class GatedDetector(WordDetector):
    """Answers when its gate is opened."""

    def detect(self, items) -> list[Outcome]:
        self.gate.wait(20)
        return super().detect(items)


def test_the_port_is_open_while_the_models_are_still_being_loaded(tmp_path):
    detector = GatedDetector("insult", {"walnut": 0.9})
    detector.gate = Event()
    with serving(garden_settings(tmp_path), [detector]) as address:
        assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
        waiting = httpx.get(f"{address}/readyz")
        assert waiting.status_code == 503
        assert waiting.headers["content-type"] == "application/problem+json"
        assert "loaded" in waiting.json()["detail"]
        detector.gate.set()
        assert wait_until_ready(address) == {"status": "ready"}


def test_a_server_whose_model_is_broken_is_alive_but_never_ready(tmp_path):
    with serving(garden_settings(tmp_path), [BrokenDetector("insult", {})]) as address:
        reason = wait_for_another_reason(address)
        assert "words.v1" in reason
        assert "ConnectionError" in reason
        assert httpx.get(f"{address}/healthz").status_code == 200


def test_the_server_answers_while_all_its_threads_are_deciding(tmp_path):
    detector = GatedDetector("insult", {"walnut": 0.9})
    detector.gate = Event()
    with (
        serving(garden_settings(tmp_path, threads=1), [detector]) as address,
        ThreadPoolExecutor() as callers,
    ):
        asked = [
            callers.submit(httpx.post, f"{address}/v1/moderate", json={"text": "walnut"}) for _ in range(3)
        ]
        assert httpx.get(f"{address}/v1/policies").status_code == 200
        assert not any(answer.done() for answer in asked)
        detector.gate.set()
        assert [answer.result().json()["action"] for answer in asked] == ["remove"] * 3


def wait_until_ready(address):
    while (answer := httpx.get(f"{address}/readyz")).status_code != 200:
        time.sleep(0.02)
    return answer.json()


def wait_for_another_reason(address):
    while "loaded" in (reason := httpx.get(f"{address}/readyz").json()["detail"]):
        time.sleep(0.02)
    return reason
