"""An HTTP endpoint of somebody else's, asked with patience."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform
from threading import Event, Lock
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from comity.errors import ComityError, InputError, NotFound, Unauthorised

KEY_VARIABLE = "COMITY_EVALUATE_KEY"
_MOST_FAILURES = 10
"""Requests in a row without an answer after which the endpoint is taken to be down."""
_ONE_REQUEST = (400, 413, 422)
"""Statuses that concern what was sent, not everything that could be sent."""
_BUSY = (408, 425, 429)
_WORD = re.compile(r"[A-Za-z][\w.-]{0,63}")

Shape = TypeVar("Shape", bound=BaseModel)
Input = TypeVar("Input")
Output = TypeVar("Output")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried, and how long is waited: twice as long each time, or as long as Retry-After says,
    up to `longest_seconds`.
    """

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 60.0
    timeout_seconds: float = 60.0


PATIENT = Patience()


@dataclass(frozen=True, slots=True)
class Refused:
    """No answer to one request, and why, in codes only: an endpoint's own sentences may quote the item.

    `error` is what the endpoint said.
    """

    reason: str
    error: Mapping[str, Any] = field(default_factory=dict)


class _Later(Exception):
    """Worth another try, after `seconds` if the endpoint said so."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        self.reason, self.seconds = reason, seconds
        super().__init__(reason)


class Endpoint:
    """One address that takes JSON by POST. May be asked from several threads; `headers` carry the key."""

    def __init__(self, url: httpx.URL, headers: Mapping[str, str], patience: Patience = PATIENT) -> None:
        self.url = url
        self.where = str(url.copy_with(query=None))
        self._patience = patience
        self._client = httpx.Client(
            headers={"Content-Type": "application/json", **headers}, timeout=patience.timeout_seconds
        )
        self._lock = Lock()
        self._answered = False
        self._failures = 0
        self._stopped = Event()

    def post(self, body: Mapping[str, Any], shape: type[Shape]) -> Shape | Refused:
        """The answer, read as `shape`. Busy, failing and garbled answers are asked for again.

        Raises Unauthorised, NotFound or ComityError for an answer that concerns every request, and ComityError once
        nobody listens or ten requests in a row got no answer.
        """
        content = json.dumps(body)
        wait, reason = self._patience.first_seconds, ""
        for attempt in range(self._patience.attempts):
            try:
                answer = self._once(content, shape)
            except _Later as later:
                reason = later.reason
                pause = wait * uniform(0.5, 1.5) if later.seconds is None else later.seconds
                last = attempt + 1 == self._patience.attempts
                if last or self._stopped.wait(min(pause, self._patience.longest_seconds)):
                    break
                wait *= 2
            else:
                self._note(answered=True)
                return answer
        self._note(answered=False, reason=reason)
        return Refused(reason)

    def each(self, ask: Callable[[Input], Output], inputs: Sequence[Input], at_once: int) -> list[Output]:
        """`ask` of each input, in order, `at_once` at the same time. The first error stops the others."""
        with ThreadPoolExecutor(at_once) as pool:
            asked = [pool.submit(ask, one) for one in inputs]
            try:
                return [one.result() for one in asked]
            except BaseException:
                self._stopped.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _once(self, content: str, shape: type[Shape]) -> Shape | Refused:
        try:
            response = self._client.post(self.url, content=content)
        except httpx.ConnectError as error:
            if not self._answered:
                raise self._unreachable() from error
            raise _Later("no connection") from error
        except httpx.TimeoutException as error:
            raise _Later(f"no answer within {self._patience.timeout_seconds:g} s") from error
        except httpx.RequestError as error:
            raise _Later(type(error).__name__) from error
        if response.is_success:
            try:
                return shape.model_validate_json(response.content)
            except ValidationError as error:
                raise _Later("an answer in another shape") from error
        told = _error(response)
        reason = " ".join((f"HTTP {response.status_code}", *_codes(told)))
        if response.status_code in _BUSY or response.is_server_error:
            raise _Later(reason, _retry_after(response))
        if response.status_code in _ONE_REQUEST and "API_KEY_INVALID" not in reason:
            return Refused(reason, told)
        raise self._hopeless(response.status_code, reason)

    def _note(self, *, answered: bool, reason: str = "") -> None:
        with self._lock:
            self._answered = self._answered or answered
            self._failures = 0 if answered else self._failures + 1
            if self._failures >= _MOST_FAILURES:
                raise ComityError(
                    f"the endpoint gave no answer to {self._failures} requests in a row, the last time: {reason}",
                    where=self.where,
                    next_step="Wait until it works again, or ask it for fewer items.",
                )

    def _unreachable(self) -> ComityError:
        return ComityError(
            "nobody listens at this address",
            where=self.where,
            next_step="Start the server, or correct the address.",
        )

    def _hopeless(self, status: int, reason: str) -> ComityError:
        if status in (400, 401, 403):
            return Unauthorised(
                f"the endpoint does not accept the key ({reason})",
                where=self.where,
                next_step=f"Set {KEY_VARIABLE} to one that it knows.",
            )
        if status in (404, 405):
            return NotFound(
                f"the endpoint is not there ({reason})",
                where=self.where,
                next_step="Correct the address, or the name of the model.",
            )
        return ComityError(
            f"the endpoint does not do this ({reason})",
            where=self.where,
            next_step="Correct the address: a redirect is not followed.",
        )


def address(url: str, ending: str) -> httpx.URL:
    """`url` with the path `ending`, as far as it is not there yet. Raises InputError for what is no HTTP address."""
    try:
        given = httpx.URL(url)
    except httpx.InvalidURL:
        given = httpx.URL("")
    if given.scheme not in ("http", "https") or not given.host or given.userinfo:
        raise InputError(
            "an endpoint needs an address that begins with http:// or https:// and holds no password",
            next_step=f"Write it like https://example.com{ending}; a key goes into {KEY_VARIABLE}.",
        )
    parts = ending.strip("/").split("/")
    path = given.path.rstrip("/")
    there = max(n for n in range(len(parts) + 1) if path.endswith("".join(f"/{part}" for part in parts[:n])))
    return given.copy_with(path="/".join((path, *parts[there:])))


def key(*variables: str) -> str | None:
    """The key in COMITY_EVALUATE_KEY, else in the first of `variables` that is set."""
    return next((value for name in (KEY_VARIABLE, *variables) if (value := os.environ.get(name))), None)


def _error(response: httpx.Response) -> Mapping[str, Any]:
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _codes(error: Mapping[str, Any]) -> list[str]:
    """The words for machines in an error of OpenAI's or Google's shape."""
    details = error.get("details")
    inner = [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    found = [error.get("code"), error.get("status")]
    found += [detail.get(name) for detail in inner for name in ("errorType", "reason")]
    return [code for code in found if isinstance(code, str) and _WORD.fullmatch(code)]


def _retry_after(response: httpx.Response) -> float | None:
    told = response.headers.get("retry-after", "")
    if told.isdecimal():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
