"""A receiver of webhooks on this machine, and an outbox that delivers to it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import monotonic, sleep

from anyio.from_thread import start_blocking_portal

from comity.intake.deliver import Outbox
from comity.store import Database

Answer = tuple[int, dict[str, str]]
OK: Answer = (200, {})
_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict:
        return json.loads(self.body)["data"]


class Receiver:
    """`received` has every request in the order in which it came, those that were refused too."""

    def __init__(self, answer: Callable[[Received], Answer], port: int = 0) -> None:
        self.received: list[Received] = []
        lock, came = Lock(), self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                got = Received({name.lower(): value for name, value in self.headers.items()}, body)
                with lock:
                    came.append(got)
                status, headers = answer(got)
                self.send_response(status)
                for name, value in {"content-length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks"


@contextmanager
def receiving(
    answer: Callable[[Received], Answer] = lambda _: OK,
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Receiver]:
    receiver = Receiver(answer, port)
    server = receiver.server
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def delivering(find: Callable[[], Database | None], **options: object) -> Iterator[None]:
    """An outbox at work until the end of the block."""
    outbox = Outbox(find, **options)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(outbox.running()):
        yield


def wait_for(condition: Callable[[], object]) -> None:
    deadline = monotonic() + _PATIENCE
    while not condition():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.01)
