"""Comity's own shapes: one item in, one decision out; the same over HTTP, in JSONL files and in bulk jobs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from comity.limits import LIMITS

Text = Annotated[str, Field(description="Unicode text.", max_length=LIMITS.text_chars)]
Id = Annotated[str, Field(min_length=1, max_length=LIMITS.id_chars)]


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a counter is a whole number")
    return value


Counter = Annotated[int, Field(ge=0, le=2**53), BeforeValidator(_no_truth_value)]
Role = Literal["post", "comment", "message", "profile", "listing", "ad", "prompt", "response"]


def language_of(tag: str | None) -> str | None:
    """The language of a tag such as `pt-BR`, which is what detectors go by."""
    return tag.replace("_", "-").partition("-")[0].lower() if tag else None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AuthorIn(BaseModel):
    """Who wrote it. Every further key is a fact that a rule's condition may read: `age_days`, `strikes`, ..."""

    model_config = ConfigDict(extra="allow")
    id: Id


class ThreadItemIn(_Strict):
    text: Text
    author: Id | None = None


class ItemIn(_Strict):
    """One item to moderate, with the thread before it (oldest first) and what is known of its author."""

    id: Id | None = Field(None, description="Yours; without one it is made from a hash of the text.")
    text: Text
    lang: str | None = Field(
        None, description="ISO 639-1 code, if you know it.", pattern=r"^[A-Za-z]{2,3}([-_].{1,16})?$"
    )
    role: Role = "post"
    thread: list[ThreadItemIn] = Field(default_factory=list, max_length=LIMITS.thread_items)
    author: Id | AuthorIn | None = None
    community: Id | None = None
    counters: dict[str, Counter] = Field(
        default_factory=dict, description="Counters that the policy declares."
    )


class ModerateRequest(_Strict):
    """Many items, decided in order under one policy."""

    items: list[ItemIn] = Field(min_length=1, max_length=LIMITS.request_items)
    policy: str | None = Field(None, description="A policy that the server knows; its default if absent.")


class ViolationOut(BaseModel):
    rule: str
    criterion: str
    action: str
    reason: str
    score: float | None = Field(description="Probability; null where facts alone decided.")
    severity: str = Field(description="none, minor, moderate or severe.")
    evidence: list[dict[str, Any]] = Field(
        description="Spans are code points of the original text, half-open."
    )


class NotJudgedOut(BaseModel):
    what: str
    reason: str


class DecisionOut(BaseModel):
    """`id` is the item's. `actions`: one on the item, then at most one on the account."""

    id: str
    decision: str
    action: str
    actions: list[str]
    confidence: float | None
    violations: list[ViolationOut]
    scores: dict[str, float]
    severity: dict[str, str]
    quality: dict[str, float] = Field(
        default_factory=dict,
        description="By criterion, how well the model that scored it does on test texts in this language: ROC-AUC, "
        "0.5 is chance. Absent where nothing was measured.",
    )
    not_judged: list[NotJudgedOut]
    settled_by: str = Field(description="The dearest tier asked: facts, exact, model or judge.")
    timings: dict[str, float] = Field(description="Milliseconds by detector.")
    ms: float
    policy: str
    plan: str


class ModerateResponse(BaseModel):
    decisions: list[DecisionOut]
