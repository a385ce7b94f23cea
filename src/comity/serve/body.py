"""Request bodies: counted while they arrive, and strict where they are JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comity.errors import LimitExceeded
from comity.limits import LIMITS
from comity.serve.problems import comity_problem


class BodyLimit:
    """Answers 413 as soon as a body is known to exceed `request_bytes`, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await _whole_body(scope, receive)
        except LimitExceeded as error:
            await comity_problem(Request(scope), error)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)


async def _whole_body(scope: Scope, receive: Receive) -> bytes | None:
    """The body; None if the client went away meanwhile. Raises LimitExceeded."""
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal():
        LIMITS.check("request_bytes", int(announced[:20]), where="request body")
    chunks = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks += message.get("body", b"")
        LIMITS.check("request_bytes", len(chunks), where="request body")
        if not message.get("more_body", False):
            return bytes(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


class JsonRoute(APIRoute):
    """A route whose body is JSON by its media type (else 415) and by RFC 8259 to the letter (else 400): UTF-8, no
    NaN, no half of a surrogate pair, no nesting past 200 levels.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            if self.body_field is not None:
                _check_media_type(request)
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_json


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            raise HTTPException(400, f"the body is not JSON: {error}") from None


def _check_media_type(request: Request) -> None:
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    kind, _, subtype = media_type.strip().partition("/")
    is_json = kind == "application" and (subtype == "json" or subtype.endswith("+json"))
    charsets = [value.strip() for value in parameters if value.strip().startswith("charset=")]
    if not is_json or any(value.partition("=")[2].strip('"') not in ("utf-8", "utf8") for value in charsets):
        raise HTTPException(415, "the body must be application/json in UTF-8")
