"""What happened, and what was answered to requests that may come again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import SUBJECT_CHARS, Table, now


class Event(Table):
    """`kind` happened to `subject`, done by `actor` (`automation` or a user): log, written in the transaction in which
    it did happen. `data` holds ids and numbers. A subject is a kind of thing and its key, such as `item:post-7`.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_subject", "subject", "id"), Index("ix_events_kind", "kind", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(String(SUBJECT_CHARS))
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(default=now)


class Answered(Table):
    """A request that a client may send again with the same key: it gets what it got, and nothing is done twice.

    `client` is the API key's number, 0 without one; `digest` the SHA-256 of the request; `location` the path at which
    what it made stands, from which the answer is given again.
    """

    __tablename__ = "answered"

    client: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    status: Mapped[int]
    location: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
