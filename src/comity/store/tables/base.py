"""The tables. Content stands in rows of its own (`item_texts`, `examples`), so that it can be erased."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import DateTime, Double, ForeignKey, MetaData, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

ID_CHARS = 512
_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    return datetime.now(UTC)


def new_key() -> str:
    return str(uuid4())


class Table(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {datetime: UtcDateTime, str: String(ID_CHARS)}  # noqa: RUF012 - SQLAlchemy's own form


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


class ItemText(Table):
    """The text of an item that annotations speak of. Erasing it leaves the annotations."""

    __tablename__ = "item_texts"

    item_id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Annotation(Table):
    """`value`, in [0, 1], is how far the criterion holds of the item: 1 yes, 0 no, or a share of several people.

    `severity` is 0 to 3 or None; `source` the data set or the door that it came by.
    """

    __tablename__ = "annotations"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(index=True)
    text_of: Mapped[str | None] = mapped_column(ForeignKey("item_texts.item_id", ondelete="SET NULL"))
    criterion: Mapped[str] = mapped_column(index=True)
    value: Mapped[float] = mapped_column(Double)
    severity: Mapped[int | None]
    annotator: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    item_text: Mapped[ItemText | None] = relationship(lazy="joined")

    @property
    def text(self) -> str | None:
        """The item's text; None once it was purged."""
        return self.item_text.text if self.item_text else None


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
