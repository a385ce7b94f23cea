"""An idempotent receiver of webhooks that fails at random."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(slots=True)
class Effects:
    """What the receiver did: `applied` are the ids of events with their bodies, in the order in which it took them.

    `deliveries` counts requests, `again` those with an id that it knew, `refused` those that it answered with an error,
    `lost` those whose answer it never sent, `cut_off` those that did not arrive as a whole, and `forged` those whose
    signature was wrong.
    """

    secret: str = ""
    applied: dict[int, dict[str, Any]] = field(default_factory=dict)
    deliveries: int = 0
    again: int = 0
    refused: int = 0
    lost: int = 0
    cut_off: int = 0
    forged: int = 0


@contextmanager
def receiving(random: Random, failing: float) -> Iterator[tuple[str, Effects]]:
    """The URL and what came of it. failing: the share of requests that go wrong, before or after they took effect."""
    effects, lock = Effects(), Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            with lock:
                if len(body) < length:  # who was sending it was killed
                    effects.cut_off += 1
                    self.close_connection = True
                    return
                effects.deliveries += 1
                luck = random.random()
                if luck < failing / 2:
                    effects.refused += 1
                    status = 500
                else:
                    status = self._take(body)
                if status == 200 and luck > 1 - failing / 2:
                    effects.lost += 1
                    self.close_connection = True
                    return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def _take(self, body: bytes) -> int:
            try:
                Webhook(effects.secret).verify(body, dict(self.headers.items()))
            except WebhookVerificationError:
                effects.forged += 1
                return 401
            number = int(self.headers["webhook-id"].removeprefix("evt_"))
            if number in effects.applied:
                effects.again += 1
            else:
                effects.applied[number] = json.loads(body)
            return 200

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks", effects
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
