"""On SIGTERM the server finishes what it has begun and takes nothing new."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from tests.serve.cast import free_port


@contextmanager
def program(folder, drain_seconds):
    """The server as a process of its own, when it is ready; its log is in `folder`."""
    port = free_port()
    with (folder / "log").open("wb") as log:
        command = [
            sys.executable,
            "-m",
            "tests.serve.slow_server",
            str(folder),
            str(port),
            str(drain_seconds),
        ]
        process = subprocess.Popen(command, stderr=log)
    try:
        wait_for(lambda: readiness(port) == 200)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_for(condition):
    while not condition():
        time.sleep(0.02)


def readiness(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code
    except httpx.TransportError:
        return None


def ask(address):
    return httpx.post(f"{address}/v1/moderate", json={"text": "xyzzy walnut"}, timeout=60)


def test_running_requests_are_finished_and_new_ones_sent_away(tmp_path):
    with program(tmp_path, drain_seconds=60) as (process, address), ThreadPoolExecutor() as callers:
        running = callers.submit(ask, address)
        wait_for((tmp_path / "at-work").exists)
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: httpx.get(f"{address}/readyz").status_code == 503)
        assert "shutting down" in httpx.get(f"{address}/readyz").json()["detail"]
        refused = ask(address)
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert not running.done()
        (tmp_path / "gate").touch()
        assert running.result().json()["action"] == "remove"
        assert process.wait(timeout=20) == -signal.SIGTERM
    log = (tmp_path / "log").read_text()
    assert "POST /v1/moderate 200" in log
    assert "xyzzy" not in log


def test_a_request_that_never_ends_does_not_hold_the_server_for_ever(tmp_path):
    with program(tmp_path, drain_seconds=0) as (process, address), ThreadPoolExecutor() as callers:
        running = callers.submit(ask, address)
        wait_for((tmp_path / "at-work").exists)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        assert running.result().status_code == 503
        assert running.result().headers["content-type"] == "application/problem+json"


def test_an_idle_server_stops_at_once(tmp_path):
    with program(tmp_path, drain_seconds=60) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == -signal.SIGTERM
    assert "Traceback" not in (tmp_path / "log").read_text()
