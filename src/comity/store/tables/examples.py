"""Examples that people add to rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class Example(Table):
    """A text that a rule must judge as `violates` says, added by a user of the policy."""

    __tablename__ = "examples"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy: Mapped[str] = mapped_column(index=True)
    rule: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    violates: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class ExampleRevision(Table):
    """How often the examples of a policy have changed: who has read them knows whether to read them again."""

    __tablename__ = "example_revisions"

    policy: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
