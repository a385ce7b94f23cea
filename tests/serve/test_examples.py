"""An example that is added in one process changes what a server in another one decides."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx

from tests.serve.cast import free_port

POLICY = "policy: garden\nversion: 1\nrules:\n  - {id: on-topic, text: Speak of gardens., action: remove}\n"
BISCUIT = "Prune your aubergines, you soggy biscuit."


@contextmanager
def program(environment):
    """The address of `comity serve` in a process of its own, when it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "comity", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is not None or is_ready(address))
        yield address
    finally:
        process.kill()
        process.wait()


def is_ready(address):
    try:
        return httpx.get(f"{address}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def wait_for(condition):
    while not condition():
        time.sleep(0.05)


def action(address):
    return httpx.post(f"{address}/v1/moderate", json={"text": BISCUIT}, timeout=60).json()["action"]


def test_an_example_counts_in_a_running_server_and_its_removal_too(tmp_path):
    policy = tmp_path / "garden.yaml"
    policy.write_text(POLICY)
    database = tmp_path / "comity.db"
    environment = {**os.environ, "COMITY_DATABASE": f"sqlite:///{database}", "COMITY_POLICY": str(policy)}

    def examples(*arguments):
        command = [sys.executable, "-m", "comity", "examples", *arguments]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    with program(environment) as address:
        assert action(address) == "allow"
        assert not database.exists()
        examples("add", str(policy), "on-topic", BISCUIT)
        wait_for(lambda: action(address) == "remove")
        examples("remove", "1")
        wait_for(lambda: action(address) == "allow")
