"""Reports, cases, rulings, statements, appeals and authors: what comes in, and what goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.wire.items import Key
from comity.wire.kept import DecisionLineOut, ItemOut

Note = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
"""What a person writes. Databases know no NUL."""
RULINGS = Literal["allow", "label", "limit", "remove", "block"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReportIn(_Strict):
    """Somebody flags an item. `reason` is one of `/v1/policies/{name}/reasons` that has no reasons below it."""

    item: Key
    reason: Key
    reporter: Key | None = Field(
        None, description="Your id for who reports. Without one nobody gains trust by it."
    )
    source: Literal["human", "automation", "trusted_flagger"] = "human"
    comment: Note = ""


class ReportOut(BaseModel):
    key: str
    item: str
    revision: int = Field(description="What the item was when it was reported.")
    reason: str
    rule: str | None
    dsa: str | None
    reporter: str | None
    source: str
    case: str
    created_at: datetime
    outcome: str | None = Field(description="`upheld` or `rejected`; null while nobody has ruled.")
    closed_at: datetime | None
    comment: str | None = Field(None, description="Only where it was asked for and was not purged.")


class ReportsOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    reports: list[ReportOut]
    next: int | None


class ReasonOut(BaseModel):
    id: str
    text: str
    rules: list[str]
    dsa: str | None
    reasons: list[ReasonOut] = Field(description="Of a group; a report gives one that has none below it.")


class ReasonsOut(BaseModel):
    policy: str
    reasons: list[ReasonOut]


class CaseLineOut(BaseModel):
    """A case in a list. It is `holder`'s until `leased_until`."""

    key: str
    item: str
    queue: str
    cause: str = Field(description="What opened it: review, report, appeal or audit.")
    rule: str | None
    priority: float = Field(description="The higher, the more urgent.")
    opened_at: datetime
    holder: str | None
    leased_until: datetime | None
    closed_at: datetime | None


class CasesOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    cases: list[CaseLineOut]
    next: str | None


class RulingOut(BaseModel):
    case: str
    user: str
    action: str
    rule: str | None
    decision: str
    created_at: datetime
    note: str | None = Field(None, description="Only where it was asked for and was not purged.")


class AppealOut(BaseModel):
    key: str
    statement: str
    case: str
    created_at: datetime
    outcome: str | None = Field(
        description="`upheld`: the decision stands; `overturned`; null while it is open."
    )
    closed_at: datetime | None
    message: str | None = Field(None, description="Only where it was asked for and was not purged.")


class AppealsOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    appeals: list[AppealOut]
    next: int | None


class CaseOut(CaseLineOut):
    """`revision` is what a ruling would be about; where `appeal` is set, it decides that one."""

    revision: int
    appeal: str | None
    about: ItemOut
    reports: list[ReportOut]
    appeals: list[AppealOut]
    rulings: list[RulingOut]
    decisions: list[DecisionLineOut]


class NextCaseOut(BaseModel):
    """`case` is null where there is nothing to do."""

    case: CaseOut | None


class NextCaseIn(_Strict):
    user: Key
    queue: Key | None = Field(None, description="Of any queue if absent.")


class LeaseIn(_Strict):
    user: Key


class RulingIn(_Strict):
    """`rule` is the id of the rule that is broken: needed for every action but `allow`."""

    user: Key
    action: RULINGS
    rule: Key | None = None
    note: Note = ""
    revision: int | None = Field(
        None,
        ge=1,
        le=2**31 - 1,
        description="What the person looked at; refused if the case is about another one now.",
    )


class UserIn(_Strict):
    key: Key = Field(description="A pseudonym: decisions name it.")
    role: Literal["reviewer", "admin"] = "reviewer"


class UserOut(BaseModel):
    key: str
    role: str
    created_at: datetime
    disabled_at: datetime | None


class UsersOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    users: list[UserOut]
    next: int | None


class StatementOut(BaseModel):
    """`statement` is what the author is told, in data and as text; null once retention purged it."""

    key: str
    decision: str
    item: str
    author: str | None
    rule: str | None
    automated: bool
    stands: bool = Field(description="False once another decision has taken the place of this one.")
    created_at: datetime
    appeal_until: datetime
    appeal: AppealOut | None
    statement: dict[str, Any] | None


class StatementsOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    statements: list[StatementOut]
    next: int | None


class AppealIn(_Strict):
    message: Note = Field(min_length=1)


class StrikeOut(BaseModel):
    community: str | None
    rule: str
    weight: int
    given_at: datetime
    expires_at: datetime
    decision: str


class RestrictionOut(BaseModel):
    """`until` is null where it lasts until somebody lifts it."""

    number: int
    community: str | None
    action: str
    starts_at: datetime
    until: datetime | None
    ended: str | None = Field(
        description="told (a warning), expired, reversed or lifted; null while it runs."
    )
    ended_at: datetime | None
    decision: str


class HistoryOut(BaseModel):
    items: int
    removals: int
    reports: int


class AuthorOut(BaseModel):
    """How an author stands: the strikes that count, the newest restrictions, and what there was before."""

    id: str
    joined_at: datetime | None
    seen_at: datetime
    erased_at: datetime | None
    strikes: list[StrikeOut]
    restrictions: list[RestrictionOut]
    history: HistoryOut


class EventOut(BaseModel):
    number: int
    kind: str
    subject: str
    actor: str
    data: dict[str, Any]
    at: datetime


class EventsOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one so far."""

    events: list[EventOut]
    next: int | None


class GoldenIn(_Strict):
    """`action` is right for `text` under `policy`; `rule` is the rule that it breaks, if any."""

    policy: Key
    text: Note = Field(min_length=1)
    action: RULINGS
    rule: Key | None = None


class GoldenOut(BaseModel):
    number: int
    policy: str
    text: str | None
    action: str
    rule: str | None
    created_at: datetime


class GoldensOut(BaseModel):
    """`next` is the `after` of the following page; null on the last one."""

    golden: list[GoldenOut]
    next: int | None
