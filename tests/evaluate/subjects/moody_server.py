"""An endpoint that misbehaves as a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from typing import Any

from comity.evaluate.subjects.endpoint import Patience

QUICK = Patience(attempts=3, first_seconds=0.01, longest_seconds=0.05, timeout_seconds=0.5)


@dataclass(frozen=True)
class Answer:
    """`body` is sent as JSON, or as it is if it is bytes, after `seconds`."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Moody:
    """Its address, and the requests that it got: (headers, body)."""

    address: str
    requests: list[tuple[dict[str, str], Any]] = field(default_factory=list)


@contextmanager
def moody_server(answer: Callable[[Any, int], Answer]) -> Iterator[Moody]:
    """A real server. `answer(body, n)` is what it says to the n-th request, counted from 0."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                number = len(moody.requests)
                moody.requests.append((dict(self.headers), body))
            told = answer(body, number)
            sleep(told.seconds)
            content = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            try:
                self.send_response(told.status)
                for name, value in {"Content-Length": str(len(content)), **told.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except BrokenPipeError:
                pass  # the client went away: that is what some tests want

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    moody = Moody(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield moody
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
