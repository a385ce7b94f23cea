"""Items and their revisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class ItemRecord(Table):
    """An item by the id that its site gave it (`key`). All that can change here follows from the log:

    `revision` is the newest one, `decision_id` and `action` the current decision of it, None while it is undecided;
    `deleted_at` is set by a revision that deletes. `thread` is the id of the conversation, `parent` the key of the item
    that it answers.
    """

    __tablename__ = "items"
    __table_args__ = (
        Index("ix_items_author", "author_id", "id"),
        Index("ix_items_thread", "thread", "id"),
        Index("ix_items_community", "community", "id"),
        Index("ix_items_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    community: Mapped[str | None]
    thread: Mapped[str | None]
    parent: Mapped[str | None]
    role: Mapped[str]
    lang: Mapped[str | None]
    policy: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    revision: Mapped[int]
    decision_id: Mapped[int | None]
    action: Mapped[str | None]
    deleted_at: Mapped[datetime | None]


class Revision(Table):
    """What an item was from `received_at` on: log, one row a change, numbered from 1.

    `change` is `new`, `edit`, `completed` (the site sent the rest) or `delete`. `digest` is the SHA-256 of the parts,
    `likeness` that of the text in plain letters, equal for copies; author, thread and community are the item's,
    again, for the counters.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        Index("ix_revisions_author", "author_id", "received_at"),
        Index("ix_revisions_thread", "thread", "received_at"),
        Index("ix_revisions_community", "community", "received_at"),
        Index("ix_revisions_likeness", "likeness", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    change: Mapped[str]
    text_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id", ondelete="SET NULL"), index=True)
    digest: Mapped[str]
    likeness: Mapped[str | None]
    author_id: Mapped[int | None]
    thread: Mapped[str | None]
    community: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(default=now)


class Mention(Table):
    """A link in a revision, or somebody that it is aimed at (`kind`: `link`, `target`), as a hash: log."""

    __tablename__ = "mentions"
    __table_args__ = (
        Index("ix_mentions_hash", "kind", "hash", "received_at"),
        Index("ix_mentions_author", "author_id", "kind", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    kind: Mapped[str]
    hash: Mapped[str]
    author_id: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(default=now)


class Pending(Table):
    """A revision that was accepted and is not decided yet: a queue. Whoever decides it leases it until `leased_until`.

    `source` is where its parts are still to be fetched from, if they are.
    """

    __tablename__ = "pending"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    source: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now, index=True)
    leased_until: Mapped[datetime | None]
