"""People: authors of items and reports, users of the console, and what may not be done to the data of either."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class Author(Table):
    """Somebody who writes items or reports them, by the id that the site knows them by (`key`).

    `joined_at` is when the site says that the account was made, None if it did not say. `erased_at` is set once the
    author's texts were erased; what is written later is kept again.
    """

    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    joined_at: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(default=now)
    erased_at: Mapped[datetime | None]


class User(Table):
    """Somebody who works in the console. `key` is the pseudonym under which decisions name them."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
