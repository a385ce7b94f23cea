"""Leaving in good order: running requests are finished, new ones are sent elsewhere."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from comity.serve.problems import comity_problem
from comity.serve.unavailable import Unavailable

PROBES = ("/healthz", "/readyz")


class Drain:
    """`running` counts the requests at work, probes apart. Once `draining`, it only sinks."""

    def __init__(self) -> None:
        self.running = 0
        self.draining = False


class DrainMiddleware:
    """Counts requests, and turns new ones away while draining."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        if self._drain.draining:
            answer = comity_problem(Request(scope), Unavailable("the server is shutting down", retry_after=5))
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        self._drain.running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._drain.running -= 1
