"""OpenAI's moderation API, `POST /v1/moderations`: its shapes, with what Comity adds to a result."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from comity.limits import LIMITS
from comity.wire.native import DecisionOut, Id, NotJudgedOut, Text

DEFAULT_MODEL = "omni-moderation-latest"

Category = Literal[
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)


class TextPart(BaseModel):
    type: Literal["text"]
    text: Text


class ImageUrl(BaseModel):
    """`url` is a data URL or an address. Nothing is fetched from it."""

    url: str

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, url: str) -> str:
        if not url.startswith(("data:image/", "https://", "http://")):
            raise PydanticCustomError(
                "image_url", "an image is a data URL or an address that begins with https://"
            )
        return url


class ImagePart(BaseModel):
    type: Literal["image_url"]
    image_url: ImageUrl


def _part_type(part: Any) -> Any:
    return part.get("type") if isinstance(part, dict) else getattr(part, "type", None)


Part = Annotated[
    Annotated[TextPart, Tag("text")] | Annotated[ImagePart, Tag("image_url")],
    Discriminator(
        _part_type,
        custom_error_type="part_type",
        # The default message would quote the request.
        custom_error_message="a part has the type text or image_url",
    ),
]


def _separated(given: Any) -> Any:
    """A string and a list of strings as lists of one text part each; a list of parts is one input."""
    texts = [given] if isinstance(given, str) else given
    if given == "" or not isinstance(texts, list):
        raise PydanticCustomError(
            "input", "the input is a string that is not empty, a list of strings, or a list of parts"
        )
    if texts and all(isinstance(part, dict) for part in texts):
        return [texts]
    if all(isinstance(text, str) for text in texts):
        return [[{"type": "text", "text": text}] for text in texts]
    raise PydanticCustomError("input", "the input is a list of strings or a list of parts, not of both")


class ModerationRequest(BaseModel):
    """`input` holds one list of parts for each result that is asked for. `policy` is an extra key of ours."""

    input: Annotated[
        list[Annotated[list[Part], Field(min_length=1, max_length=LIMITS.item_parts)]],
        BeforeValidator(_separated),
        Field(min_length=1, max_length=LIMITS.request_items),
    ]
    model: Id | None = None
    policy: Id | None = None


class ModerationResult(BaseModel):
    """`not_judged` and `comity` are ours. Every category is present; one in `not_judged` says nothing."""

    flagged: bool
    categories: dict[Category, bool]
    category_scores: dict[Category, float]
    category_applied_input_types: dict[Category, list[Literal["text", "image"]]]
    not_judged: list[NotJudgedOut]
    comity: DecisionOut


class ModerationResponse(BaseModel):
    id: str
    model: str
    results: list[ModerationResult]


class Error(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorResponse(BaseModel):
    error: Error
