"""What every response has in common: a request id, security headers, a log line, and no traceback."""

from __future__ import annotations

import logging
import re
from asyncio import CancelledError
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter
from traceback import extract_tb
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comity.serve.logs import FIELDS
from comity.serve.metrics import Metrics
from comity.serve.problems import comity_problem, problem
from comity.serve.unavailable import Unavailable

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-Id"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Envelope:
    """The outermost middleware. A sane X-Request-Id of the caller is taken over, otherwise one is made.

    It logs the path without its query, which may hold the text of an item. door_of: names the door at a path.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, door_of: Callable[[str], str]) -> None:
        self._app = app
        self._metrics = metrics
        self._door_of = door_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        door = self._door_of(scope["path"])
        actions: Counter[str] = Counter()
        scope.setdefault("state", {}).update(request_id=request_id, door=door, actions=actions)
        started = perf_counter()
        status: int | None = None

        async def send_sealed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in _SECURITY.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_sealed)
        except CancelledError:
            # The server's time to finish is over; this task ends here, so the cancellation need not go on.
            if status is None:
                overtaken = Unavailable("the server is shutting down and could not finish", retry_after=5)
                await comity_problem(Request(scope), overtaken)(scope, receive, send_sealed)
        except ClientDisconnect:
            pass  # nobody waits for an answer
        except Exception as error:
            _log_failure(request_id, error)
            if status is not None:
                raise
            answer = problem(
                Request(scope),
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "the server failed to answer this request",
                code="H500",
                next_step="Look for the request id in the server's log.",
            )
            await answer(scope, receive, send_sealed)
        finally:
            seconds = perf_counter() - started
            self._metrics.answered(door, status, seconds)
            logger.info(
                "%s %s %s %.1f ms %s",
                scope["method"],
                scope["path"],
                status,
                seconds * 1000,
                request_id,
                extra={
                    FIELDS: {
                        "request_id": request_id,
                        "door": door,
                        "status": status,
                        "ms": round(seconds * 1000, 1),
                        "items": actions.total(),
                        "actions": dict(actions),
                    }
                },
            )


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _SANE_ID.fullmatch(given) else uuid4().hex


def _log_failure(request_id: str, error: Exception) -> None:
    # The message may quote content, so above DEBUG only the kind of error and its place are told.
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown place"
    logger.error("request %s failed: %s at %s", request_id, type(error).__name__, place)
    logger.debug("request %s failed", request_id, exc_info=error)
