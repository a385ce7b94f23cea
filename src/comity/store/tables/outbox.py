"""Whom the server tells of events, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import SUBJECT_CHARS, Table, now

_DEAD = text("dead_at IS NOT NULL")
_WAITING = text("delivered_at IS NULL AND dead_at IS NULL")


class Webhook(Table):
    """A receiver. `secret` signs; `previous_secret` signs as well until `previous_until`, while keys are changed.

    `kinds` are the kinds of events that it gets, as words with spaces between; empty for all.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    kinds: Mapped[str] = mapped_column(default="")
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]


class Delivery(Table):
    """An event on its way to a webhook: waiting, leased by a worker, delivered, or dead after too many attempts.

    Those of one `subject`, which is the event's, arrive in their order.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "webhook_id"),
        Index(
            "ix_deliveries_due",
            "webhook_id",
            "due_at",
            "id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_deliveries_webhook", "webhook_id", "id"),
        Index("ix_deliveries_dead", "webhook_id", "id", sqlite_where=_DEAD, postgresql_where=_DEAD),
        Index(
            "ix_deliveries_subject",
            "webhook_id",
            "subject",
            "id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    subject: Mapped[str] = mapped_column(String(SUBJECT_CHARS))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)
    leased_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str | None]
