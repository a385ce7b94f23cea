"""An item that is kept: what goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from comity.wire.native import DecisionOut

State = Literal["pending", "decided", "deleted"]


class KeptDecisionOut(DecisionOut):
    """A decision with its place in the log. Once retention purged what it rests on, `complete` is false, and reasons,
    evidence and scores are gone.
    """

    stored: bool = Field(description="False where the item said `do_not_store`: nothing was kept.")
    complete: bool = True
    revision: int = Field(description="The revision of the item that was decided, from 1.")
    cause: str = Field(description="intake, ruling, appeal or backfill.")
    actor: str = Field(description="`automation`, or who decided.")
    shadow: bool = Field(description="By rules that are tried out: it has no effect.")
    supersedes: str | None = Field(description="The decision that this one took the place of.")
    decided_at: datetime
    statement: str | None = Field(description="The statement of reasons for the author.")
    case: str | None = Field(description="The open case in which a person is to decide about the item.")


class DecisionLineOut(BaseModel):
    """A decision in a list."""

    decision: str
    item: str
    revision: int
    cause: str
    actor: str
    action: str
    account_action: str | None
    policy: str
    shadow: bool
    decided_at: datetime


class DecisionsOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    decisions: list[DecisionLineOut]
    next: int | None


class PartOut(BaseModel):
    id: str
    text: str


class RevisionOut(BaseModel):
    """What an item was from `received_at` on. `parts` only where they were asked for and were not purged."""

    number: int
    change: str = Field(description="new, edit, completed or delete.")
    received_at: datetime
    decision: str | None
    action: str | None
    parts: list[PartOut] | None = None


class ItemLineOut(BaseModel):
    """An item in a list. `action` is that of the current decision on its newest revision; null while there is none."""

    id: str
    author: str | None
    community: str | None
    thread: str | None
    reply_to: str | None
    role: str
    lang: str | None
    policy: str
    created_at: datetime
    revision: int
    state: State
    action: str | None


class ItemOut(ItemLineOut):
    decision: KeptDecisionOut | None
    case: str | None = Field(description="The open case in which a person is to decide about the item.")
    revisions: list[RevisionOut]


class ItemsOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    items: list[ItemLineOut]
    next: int | None


class ReplayOut(BaseModel):
    """A decision, made again from what it recorded, under the policy as it was. `same_plan` is false where a model has
    changed since: then this is what it would be with the models of today.
    """

    same: bool = Field(description="Actions, violations and scores are those that it had.")
    same_plan: bool
    decision: DecisionOut
