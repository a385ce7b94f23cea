"""Mistral's moderation API, `/v1/moderations` and `/v1/chat/moderations`: its shapes, with what Comity adds."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, Field

from comity.limits import LIMITS
from comity.wire.native import DecisionOut, Id, NotJudgedOut, Text

Category = Literal[
    "sexual",
    "hate_and_discrimination",
    "violence_and_threats",
    "dangerous_and_criminal_content",
    "dangerous",
    "criminal",
    "selfharm",
    "health",
    "financial",
    "law",
    "pii",
    "jailbreaking",
]
ALL: tuple[Category, ...] = get_args(Category)
V1_ONLY: frozenset[Category] = frozenset({"dangerous_and_criminal_content"})
V2_ONLY: frozenset[Category] = frozenset({"dangerous", "criminal", "jailbreaking"})
V1_MODEL = "2411"
"""Model names with this date answer in the categories of the first generation."""


def categories_of(model: str) -> tuple[Category, ...]:
    """The categories that `model` answers in, in Mistral's order."""
    absent = V2_ONLY if V1_MODEL in model else V1_ONLY
    return tuple(category for category in ALL if category not in absent)


class Chunk(BaseModel):
    """A piece of a message. Only those of type `text` are read."""

    type: str
    text: Text | None = None


class Message(BaseModel):
    role: Literal["system", "user", "assistant", "tool"]
    content: Text | Annotated[list[Chunk], Field(max_length=LIMITS.item_parts)] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(chunk.text or "" for chunk in self.content if chunk.type == "text")
        return self.content or ""

    @property
    def unread(self) -> list[str]:
        """The types of its pieces that are not read, such as `image_url`."""
        chunks = self.content if isinstance(self.content, list) else []
        return [chunk.type for chunk in chunks if chunk.type != "text"]


def _texts(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _conversations(given: Any) -> Any:
    single = isinstance(given, list) and any(isinstance(message, dict) for message in given)
    return [given] if single else given


Turns = Annotated[list[Message], Field(min_length=1, max_length=LIMITS.thread_items + 1)]
_SOME = Field(min_length=1, max_length=LIMITS.request_items)


class _Request(BaseModel):
    """`policy` is an extra key of ours."""

    model: Id
    policy: Id | None = None


class ModerationRequest(_Request):
    """`input`: one text for each result; a lone text may stand without the list."""

    input: Annotated[list[Text], BeforeValidator(_texts), _SOME]


class ChatModerationRequest(_Request):
    """`input`: one conversation for each result; a lone one may stand without the outer list."""

    input: Annotated[list[Turns], BeforeValidator(_conversations), _SOME]


class ModerationResult(BaseModel):
    """`not_judged` and `comity` are ours. A category in `not_judged` says nothing."""

    categories: dict[Category, bool]
    category_scores: dict[Category, float]
    not_judged: list[NotJudgedOut]
    comity: DecisionOut


class ModerationResponse(BaseModel):
    id: str
    model: str
    results: list[ModerationResult]


class ValidationProblem(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class ValidationErrorResponse(BaseModel):
    """Status 422."""

    detail: list[ValidationProblem]


class ErrorResponse(BaseModel):
    """Every other status."""

    object: Literal["error"] = "error"
    message: str
    type: str
    param: str | None = None
    code: str | None = None
    request_id: str | None = None
