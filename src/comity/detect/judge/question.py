"""What is asked of a chat model, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TOP = 20


class Unanswered(Exception):
    """No answer that can be used, and why: too late, refused, garbled, contradictory. It quotes no content."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Unreadable(Unanswered):
    """There is an answer, and it is none of those that were asked for."""


class NoScores(Unreadable):
    """The probabilities of tokens were asked for, and the endpoint does not tell them."""


class Rejected(Unanswered):
    """The endpoint does not take this request, such as for a field that it does not know."""


@dataclass(frozen=True, slots=True)
class Question:
    """`scores`: the probabilities of tokens are asked for. `schema`: that of the JSON that is wanted. `check` is what
    the answer has to repeat, which no item can know. `extra` goes into the body as it is.
    """

    messages: tuple[Mapping[str, str], ...]
    max_tokens: int
    scores: bool = False
    schema: Mapping[str, Any] | None = None
    check: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def body(self, model: str, *, with_schema: bool) -> dict[str, Any]:
        """As `/v1/chat/completions` takes it."""
        body: dict[str, Any] = {
            "model": model,
            "messages": list(self.messages),
            "temperature": 0,
            "max_tokens": self.max_tokens,
            **self.extra,
        }
        if self.scores:
            body |= {"logprobs": True, "top_logprobs": _TOP}
        if self.schema is not None and with_schema:
            wanted = {"name": "verdict", "strict": True, "schema": dict(self.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return body


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the answer, and the likeliest tokens in its place with their probabilities."""

    text: str
    likely: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """`tokens` is empty where the endpoint told no probabilities. `read` and `written` are counts of tokens. `refused`:
    the model, or a filter before it, would not answer.
    """

    text: str
    tokens: tuple[Token, ...] = ()
    read: int = 0
    written: int = 0
    refused: bool = False
