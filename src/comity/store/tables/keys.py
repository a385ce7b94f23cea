"""API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class ApiKey(Table):
    """`digest` is the SHA-256 of the key, in hex; `prefix` its first characters, to tell keys apart by eye.

    `scope` is what it may do, as words with spaces between; `policy` the one for its requests that name none;
    `per_minute` how many requests it may make, None for any number.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[str]
    policy: Mapped[str | None]
    per_minute: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())
