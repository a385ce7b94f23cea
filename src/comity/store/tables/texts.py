"""All that people wrote, in rows that retention and erasure can purge: everything else points here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class Text(Table):
    """`kind` says what it is: `item` (the parts of a revision, JSON), `decision` (what a decision rests on, JSON),
    `report`, `note`, `statement`, `appeal`. Whose it is: the author's, the item's and the community's, where it has
    any; a report belongs to the reporter.
    """

    __tablename__ = "texts"
    __table_args__ = (
        Index("ix_texts_author", "author_id"),
        Index("ix_texts_item", "item_id"),
        Index("ix_texts_kind_created", "kind", "created_at", "community"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    community: Mapped[str | None]
    content: Mapped[str] = mapped_column(LongText)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Retention(Table):
    """Texts of `kind` in `community` (empty: in all that have no row of their own) are purged after `days`."""

    __tablename__ = "retention"

    community: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]


class Hold(Table):
    """A legal hold: until it is lifted nothing of the item, author or community (`kind`) called `subject` is purged."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    lifted_at: Mapped[datetime | None]
