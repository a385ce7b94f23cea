"""Banks of words and patterns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, new_key, now


class Bank(Table):
    """A named list of words and patterns. `revision` is another one after every change."""

    __tablename__ = "banks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(default=new_key)
    created_at: Mapped[datetime] = mapped_column(default=now)


class BankItem(Table):
    """A word, a phrase or a pattern of a bank. `key` is its public id."""

    __tablename__ = "bank_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("banks.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True, default=new_key)
    text: Mapped[str] = mapped_column(Text)
    is_pattern: Mapped[bool]
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
