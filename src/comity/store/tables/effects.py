"""What decisions do to accounts: strikes and restrictions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class StrikeRecord(Table):
    """A weight on an account until `expires_at`, or until the decision `revoked_by` took it back: log."""

    __tablename__ = "strikes"
    __table_args__ = (Index("ix_strikes_author", "author_id", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    community: Mapped[str | None]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    rule: Mapped[str]
    weight: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    revoked_at: Mapped[datetime | None]


class RestrictionRecord(Table):
    """A time-limited effect on an account (`until` None: until somebody lifts it): log.

    `step` is the sum of strikes from which the ladder says so, None where a rule itself does. `ended` says how it
    ended: `told` (a warning, at once), `expired`, `reversed` (its decision was overturned) or `lifted`.
    """

    __tablename__ = "restrictions"
    __table_args__ = (
        Index("ix_restrictions_author", "author_id", "id"),
        Index("ix_restrictions_until", "ended_at", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    community: Mapped[str | None]
    action: Mapped[str]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    step: Mapped[int | None]
    starts_at: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]
    ended: Mapped[str | None]
    ended_at: Mapped[datetime | None]
