"""A real server on loopback that answers as a script tells it: like a chat model, or like no sane one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import log
from threading import Event, Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Reply:
    """`body` is sent as JSON, or as it is if it is bytes, after `seconds`; `cut`: the last bytes are never sent."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cut: int = 0


@dataclass
class Scripted:
    """The base URL of the server, the bodies that it got, and their headers."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    most_at_once: int = 0

    @property
    def prompts(self) -> list[str]:
        return ["\n".join(message["content"] for message in body["messages"]) for body in self.bodies]


def chat(
    text: str, *, tokens: list[tuple[str, Mapping[str, float]]] | None = None, **choice: Any
) -> dict[str, Any]:
    """A chat completion. tokens: of the answer, each with the probabilities of what could stand there."""
    logprobs = None
    if tokens is not None:
        logprobs = {"content": [_token(written, likely) for written, likely in tokens]}
    message = {"role": "assistant", "content": text, **choice.pop("message", {})}
    return {
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": "stop", **choice}
        ],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 10, "total_tokens": 1_010},
    }


def says(yes: float) -> dict[str, Any]:
    """Yes with the probability `yes`, else no, with logprobs."""
    word = "Yes" if yes >= 0.5 else "No"
    return chat(word, tokens=[(word, {"Yes": yes * 0.9, "yes": yes * 0.1, "No": 1 - yes})])


def verdict(body: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A sound structured answer to the request `body`, except for what `fields` change."""
    rules = body["response_format"]["json_schema"]["schema"]["properties"]["verdicts"]["items"]
    names = rules["properties"]["rule"]["enum"]
    told = {"rationale": "It calls a person a name.", "exception": 0, "violates": True, "probability": 0.93}
    return chat(
        json.dumps(
            {"check": check_of(body), "verdicts": [{"rule": name, **told, **fields} for name in names]}
        )
    )


def check_of(body: Mapping[str, Any]) -> str:
    found = body["messages"][0]["content"].split('"check": "')[1]
    return str(found.split('"')[0])


def is_structured(body: Mapping[str, Any]) -> bool:
    return "response_format" in body


@contextmanager
def scripted_server(reply: Callable[[dict[str, Any], int], Any]) -> Iterator[Scripted]:
    """`reply(body, n)` is what the server says to the n-th request, from 0: a Reply, or the JSON of a good one."""
    lock, over = Lock(), Event()
    busy = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            nonlocal busy
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                number = len(server.bodies)
                server.bodies.append(body)
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                busy += 1
                server.most_at_once = max(server.most_at_once, busy)
            told = reply(body, number)
            told = told if isinstance(told, Reply) else Reply(told)
            over.wait(told.seconds)
            with lock:
                busy -= 1
            content = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            try:
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) - told.cut])
            except OSError:
                pass  # the client has gone
            if told.cut:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    http = Server(("127.0.0.1", 0), Handler)
    server = Scripted(f"http://127.0.0.1:{http.server_port}/v1")
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        http.shutdown()
        http.server_close()
        thread.join()


def log_of(probability: float) -> float:
    return log(probability) if probability > 0 else -9_999.0


def _token(written: str, likely: Mapping[str, float]) -> dict[str, Any]:
    top = [{"token": token, "logprob": log_of(p), "bytes": None} for token, p in likely.items()]
    return {"token": written, "logprob": log_of(likely.get(written, 1.0)), "top_logprobs": top}
