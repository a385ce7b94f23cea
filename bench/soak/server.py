"""`comity serve` as a process that can be killed.

Run as a program it is `comity` with the cheap detectors and the tiny model, and with leases of seconds instead of
minutes: so what a killed server had taken comes to somebody else within the run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import httpx

LEASE_SECONDS = 5
ROOT = Path(__file__).parents[2]
_START_SECONDS = 120


class Server:
    """`start` and `kill` as often as you like; it keeps its port. limit_file_bytes: no file of it may grow larger."""

    def __init__(self, folder: Path, port: int, url: str, *, webhook_hosts: str = "localhost") -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.starts = 0
        self._folder, self._port = folder, port
        self._environment = {
            **os.environ,
            "COMITY_DATABASE": url,
            "COMITY_POLICY": str(folder / "soak.yaml"),
            "COMITY_LOG_LEVEL": "warning",
            "COMITY_MODEL_THREADS": "1",
            "COMITY_THREADS": "2",
            "COMITY_WEBHOOK_HOSTS": webhook_hosts,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was started"
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._folder / "server.log"

    def start(self, before: Callable[[], None] | None = None) -> None:
        """before: is called in the new process, before the program."""
        self.starts += 1
        command = [sys.executable, "-m", "bench.soak.server", "serve", "--port", str(self._port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, preexec_fn=before
            )

    def wait_until_ready(self) -> None:
        deadline = monotonic() + _START_SECONDS
        while not self._is_ready():
            assert self._process is not None, "it was started"
            assert self._process.poll() is None, f"the server ended by itself, see {self.log}"
            assert monotonic() < deadline, f"the server did not become ready, see {self.log}"
            sleep(0.05)

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None, "it was started"
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """As an administrator stops it; its exit status."""
        assert self._process is not None, "it was started"
        self._process.terminate()
        try:
            return self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def _main() -> None:
    from comity.cli import main
    from comity.detect import registry
    from comity.intake import pending
    from comity.review import lease
    from comity.store import outbox

    tiny = registry.STAND_INS["tiny.v1"]
    cheap = {name: registry.DETECTORS[name] for name in ("lexicon.v1", "url.v1")}
    registry.DETECTORS.clear()
    registry.DETECTORS.update(cheap, **{"tiny.v1": tiny})
    for room in (lease, outbox, pending):
        room.LEASE = timedelta(seconds=LEASE_SECONDS)  # type: ignore[attr-defined]
    outbox.BACKOFF = timedelta(seconds=0.5)
    outbox.MOST_BACKOFF = timedelta(seconds=5)
    outbox.MOST_ATTEMPTS = 1_000  # a receiver that fails at random must not end a delivery
    pending.PAUSE = timedelta(seconds=1)
    main()


if __name__ == "__main__":
    _main()
