"""Decisions: the log, and the one that counts for each revision."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class DecisionRecord(Table):
    """One decision on one revision: log. What it rests on (outcomes, facts, reasons) is the text `text_id`.

    `cause` is what it was made for: `intake`, `ruling`, `appeal` or `backfill`; `actor` is `automation` or a user.
    `plan` is the digest of the plan, None where a person decided without one.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_item", "item_id", "revision"),
        Index("ix_decisions_author", "author_id", "action", "decided_at"),
        Index("ix_decisions_policy", "policy", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    revision: Mapped[int]
    author_id: Mapped[int | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    cause: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    account_action: Mapped[str | None]
    confidence: Mapped[float | None] = mapped_column(Double)
    policy: Mapped[str]
    version: Mapped[int]
    plan: Mapped[str | None]
    shadow: Mapped[bool] = mapped_column(default=False)
    settled_by: Mapped[str]
    ms: Mapped[float] = mapped_column(Double)
    cost: Mapped[float] = mapped_column(Double)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime] = mapped_column(default=now, index=True)


class ViolationRecord(Table):
    """A rule that a decision cites: log."""

    __tablename__ = "violations"
    __table_args__ = (Index("ix_violations_rule", "policy", "rule", "decided_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    policy: Mapped[str]
    rule: Mapped[str]
    criterion: Mapped[str]
    action: Mapped[str]
    score: Mapped[float | None] = mapped_column(Double)
    severity: Mapped[int]
    shadow: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime] = mapped_column(default=now)


class CurrentDecision(Table):
    """The decision that counts for a revision: exactly one, the newest that is not a shadow's."""

    __tablename__ = "current_decisions"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "revision"], ["revisions.item_id", "revisions.number"]),
    )

    item_id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)


class StatementRecord(Table):
    """The statement of reasons for an adverse decision: log. What it says is the text `text_id`."""

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("decision_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"), index=True)
    rule: Mapped[str | None]
    automated: Mapped[bool]
    appeal_until: Mapped[datetime]
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
