"""Reports, the cases that they and decisions open, rulings and appeals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, UniqueConstraint, column, text
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now

_OPEN = text("closed_at IS NULL")
_UNANSWERED = text("outcome IS NULL")


class Case(Table):
    """One unit of review: what is to be decided about an item. An item has one open case at most.

    `cause` is what opened it: `review`, `report`, `appeal` or `audit`. The case is `holder`'s until `leased_until`.
    A ruling closes it; that the item is edited or deleted does not.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ux_cases_open", "item_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        # In the very order of the queue: of cases that are equally urgent there may be many.
        Index("ix_cases_queue", column("priority").desc(), "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    queue: Mapped[str]
    cause: Mapped[str]
    rule: Mapped[str | None]
    priority: Mapped[float] = mapped_column(Double)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    leased_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Report(Table):
    """Somebody flags a revision: log. `reason` is a leaf of the policy's tree, `rule` and `dsa` what it stands for.

    `source` is `human`, `automation` or `trusted_flagger`. `outcome` is `upheld` or `rejected` once the case is closed.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("item_id", "revision", "reporter_id", "reason"),
        Index("ix_reports_reporter", "reporter_id", "outcome"),
        Index("ix_reports_author", "author_id", "created_at"),
        Index("ix_reports_open", "outcome", "id", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    revision: Mapped[int]
    author_id: Mapped[int | None]
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    source: Mapped[str]
    reason: Mapped[str]
    rule: Mapped[str | None]
    dsa: Mapped[str | None]
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None]


class Ruling(Table):
    """What a person decided in a case: log. Its effect is the decision `decision_id`, its reason the text `text_id`."""

    __tablename__ = "rulings"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    rule: Mapped[str | None]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Appeal(Table):
    """The author asks again: log. `outcome` is `upheld` (the decision stands) or `overturned` once it is closed."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index("ix_appeals_open", "outcome", "id", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None]


class GoldenItem(Table):
    """A text whose right action is known, to be mixed into queues. `rule` is the rule that it breaks, if any."""

    __tablename__ = "golden_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy: Mapped[str] = mapped_column(index=True)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    action: Mapped[str]
    rule: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]
