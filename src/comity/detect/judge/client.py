"""Asking a chat model over HTTP, within limits of time, number, money and patience."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import exp
from random import uniform
from threading import Lock
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx
from pydantic import BaseModel, Field, ValidationError

from comity.detect.judge.breaker import Breaker, Retries
from comity.detect.judge.money import Purse
from comity.detect.judge.options import JudgeOptions
from comity.detect.judge.question import Answer, Question, Rejected, Token, Unanswered, Unreadable
from comity.errors import InputError

MOST_BYTES = 262_144
"""Of an answer. A verdict has a few thousand."""
_LONGEST_WAIT = 3_600.0
_ATTEMPTS = 3
_FIRST_PAUSE = 0.25
_PATH = "chat/completions"
Made = TypeVar("Made")


class _Likely(BaseModel):
    token: str
    logprob: float = Field(allow_inf_nan=False)


class _Token(_Likely):
    top_logprobs: list[_Likely] = []


class _Logprobs(BaseModel):
    content: list[_Token] | None = None


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    logprobs: _Logprobs | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Later(Exception):
    """Worth another try; `seconds` is what the endpoint asked to wait."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        self.reason, self.seconds = reason, seconds
        super().__init__(reason)


class Deadline:
    """So many milliseconds for all questions about one item, from when it is the first one's turn."""

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds
        self._ends: float | None = None

    def left(self) -> float:
        """Seconds; begins to count when it is first called."""
        if self._ends is None:
            self._ends = monotonic() + self.milliseconds / 1000
        return max(0.0, self._ends - monotonic())


@dataclass(slots=True)
class _Loop:
    """What belongs to one event loop: connections cannot be shared between two."""

    http: httpx.AsyncClient
    slots: asyncio.Semaphore
    making: dict[str, asyncio.Task[Any]] = field(default_factory=dict)


class Client:
    """One endpoint, for all judges that ask it. Safe to share between threads and event loops, each of which has
    `concurrency` requests under way at most. Raises InputError for a URL that is none.
    """

    def __init__(self, options: JudgeOptions, purse: Purse | None = None) -> None:
        self._options = options
        self._url = _address(options.url)
        self.purse = purse or Purse(options.price, options.daily_cost)
        self.breaker = Breaker()
        self._retries = Retries()
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = WeakKeyDictionary()
        self._lock = Lock()
        self._takes_schema = True
        self.tells_scores = True
        """Whether the endpoint tells the probabilities of tokens, as far as is known."""

    async def ask(self, question: Question, deadline: Deadline, spent: Callable[[float], None]) -> Answer:
        """The answer; its cost goes to `spent`.

        Raises Unanswered: Rejected if the endpoint does not take such a question, Unreadable for an answer that is
        none.
        """
        here = self._here()
        async with here.slots:
            self.purse.open()
            self.breaker.pass_or_raise()
            try:
                async with asyncio.timeout(deadline.left()):
                    answer = await self._tried(here.http, question, deadline)
            except TimeoutError:
                self.breaker.failed()
                raise Unanswered(f"no answer within {deadline.milliseconds} ms") from None
        spent(self.purse.pay(answer))
        if answer.refused:
            raise Unreadable("the judge refused to answer")
        return answer

    async def once(self, key: str, make: Callable[[], Coroutine[Any, Any, Made]]) -> Made:
        """What `make` gives, made once for all who ask for `key` at the same time."""
        making = self._here().making
        task = making.get(key)
        if task is None:
            task = making[key] = asyncio.create_task(make())
            task.add_done_callback(lambda done: _forget(making, key, done))
        made: Made = await asyncio.shield(task)
        return made

    async def aclose(self) -> None:
        """Closes the connections of this event loop; asked again, it opens new ones."""
        with self._lock:
            here = self._loops.pop(asyncio.get_running_loop(), None)
        if here is not None:
            for task in here.making.values():
                task.cancel()
            await here.http.aclose()

    def _here(self) -> _Loop:
        loop = asyncio.get_running_loop()
        with self._lock:
            here = self._loops.get(loop)
            if here is None:
                key = self._options.key
                headers = {"Authorization": f"Bearer {key}"} if key else {}
                http = httpx.AsyncClient(
                    # An answer that unpacks to more than it was is not taken.
                    headers={**headers, "Content-Type": "application/json", "Accept-Encoding": "identity"},
                    timeout=None,
                    # Reading the certificates takes longer than a cached verdict, and http needs none.
                    verify=self._url.scheme == "https",
                    follow_redirects=False,
                    limits=httpx.Limits(max_connections=self._options.concurrency),
                )
                here = self._loops[loop] = _Loop(http, asyncio.Semaphore(self._options.concurrency))
            return here

    async def _tried(self, http: httpx.AsyncClient, question: Question, deadline: Deadline) -> Answer:
        self._retries.earn()
        pause = _FIRST_PAUSE
        for attempt in range(_ATTEMPTS):
            try:
                answer = await self._once(http, question)
            except _Later as later:
                wait = pause * uniform(0.5, 1.5) if later.seconds is None else later.seconds
                if later.seconds is not None and wait > deadline.left():
                    self.breaker.wait(min(wait, _LONGEST_WAIT))
                    raise Unanswered(f"{later.reason}, and asks to wait {wait:.0f} s") from None
                if attempt + 1 == _ATTEMPTS or not self._retries.take():
                    self.breaker.failed()
                    raise Unanswered(later.reason) from None
                await asyncio.sleep(wait)
                pause *= 2
            except Unanswered:
                # It listens; what it says is another matter.
                self.breaker.answered()
                raise
            else:
                self.breaker.answered()
                return answer
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, http: httpx.AsyncClient, question: Question) -> Answer:
        if question.schema is None or not self._takes_schema:
            return await self._posted(http, question.body(self._options.model, with_schema=False))
        try:
            return await self._posted(http, question.body(self._options.model, with_schema=True))
        except Rejected:
            # The answer is held against the schema here in any case.
            answer = await self._posted(http, question.body(self._options.model, with_schema=False))
            self._takes_schema = False
            return answer

    async def _posted(self, http: httpx.AsyncClient, body: dict[str, Any]) -> Answer:
        try:
            async with http.stream("POST", self._url, content=json.dumps(body)) as response:
                content = await _bounded(response)
        except httpx.RequestError as error:
            raise _Later(f"the judge's endpoint: {type(error).__name__}") from None
        status = response.status_code
        if status in (408, 409, 425, 429) or status >= 500:
            raise _Later(f"the judge's endpoint answered {status}", _retry_after(response))
        if status in (400, 422):
            raise Rejected(f"the judge's endpoint rejected the request ({status})")
        if status in (401, 403):
            raise Unanswered(f"the judge's endpoint refused the key ({status})")
        if status == 404:
            raise Unanswered("the judge's endpoint knows no such address or model (404)")
        if status != 200:
            raise Unanswered(f"the judge's endpoint answered {status}")
        return _answer(content)


def _forget(making: dict[str, asyncio.Task[Any]], key: str, done: asyncio.Task[Any]) -> None:
    making.pop(key, None)
    if not done.cancelled():
        done.exception()  # else asyncio complains of one that nobody waits for any more


async def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Unreadable(f"the judge's answer has more than {MOST_BYTES} bytes")
    return bytes(content)


def _answer(content: bytes) -> Answer:
    try:
        found = _Completion.model_validate_json(content)
    except ValidationError:
        raise Unreadable("the judge's endpoint answered something else than a chat completion") from None
    choice = found.choices[0]
    usage = found.usage or _Usage()
    told = (choice.logprobs.content if choice.logprobs else None) or []
    return Answer(
        choice.message.content or "",
        tuple(map(_token, told)),
        usage.prompt_tokens,
        usage.completion_tokens,
        refused=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
    )


def _token(found: _Token) -> Token:
    likely = {found.token: exp(min(0.0, found.logprob))}
    likely.update((one.token, exp(min(0.0, one.logprob))) for one in found.top_logprobs)
    return Token(found.token, likely)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, from a number or a date. Nonsense is as good as nothing."""
    told = response.headers.get("retry-after", "").strip()
    if told.replace(".", "", 1).isascii() and told.replace(".", "", 1).isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _address(url: str) -> httpx.URL:
    """That of chat completions, under the base URL or given whole. Raises InputError."""
    try:
        given = httpx.URL(url)
    except httpx.InvalidURL:
        given = httpx.URL("")
    if given.scheme not in ("http", "https") or not given.host:
        raise InputError(
            "the judge's endpoint is not an http or https URL",
            next_step="Give its base, such as http://localhost:11434/v1.",
        )
    path = given.path.rstrip("/")
    if path.endswith(f"/{_PATH}"):
        return given
    base = path or "/v1"
    return given.copy_with(path=f"{base}/{_PATH}")
