"""A careful client: it sends a request again until it knows what came of it."""

from __future__ import annotations

from random import Random
from time import monotonic, sleep
from typing import Any

import httpx

from bench.soak.told import Told

PATIENCE_SECONDS = 300
_AGAIN = frozenset({429, 503})


class Stuck(AssertionError):
    """A request had no answer for minutes, though the server was brought up again."""


class Client:
    """For one thread. `failed` says whether the last request had to be sent more than once."""

    def __init__(self, address: str, random: Random, told: Told) -> None:
        self.random, self._told = random, told
        self._http = httpx.Client(base_url=address, timeout=30)
        self.failed = False

    def close(self) -> None:
        self._http.close()

    def ask(
        self, method: str, path: str, json: Any = None, *, once: bool = False, wait: bool = True
    ) -> httpx.Response:
        """The first answer that is final. once: with an `Idempotency-Key`; wait: without `respond-async`."""
        headers = {"Idempotency-Key": f"{self.random.getrandbits(64):x}"} if once else {}
        if not wait:
            headers["Prefer"] = "respond-async"
        deadline, self.failed = monotonic() + PATIENCE_SECONDS, False
        while True:
            try:
                answer = self._http.request(method, path, json=json, headers=headers)
                if answer.status_code not in _AGAIN:
                    if answer.status_code < 500:
                        return answer
                    self._told.fault(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                self._told.count(f"answered {answer.status_code}")
            except httpx.TransportError:
                self._told.count("not answered")
            self.failed = True
            if monotonic() > deadline:
                raise Stuck(f"{method} {path} had no final answer for {PATIENCE_SECONDS} seconds")
            sleep(self.random.uniform(0.02, 0.4))
