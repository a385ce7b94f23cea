"""Items and decisions, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import NotFound
from comity.store.paging import Page, page
from comity.store.tables import Author, DecisionRecord, ItemRecord, Table


def list_items(
    session: Session,
    *,
    community: str | None = None,
    thread: str | None = None,
    author: str | None = None,
    action: str | None = None,
    after: int = 0,
    size: int = 100,
) -> Page[ItemRecord]:
    """Items in the order in which they came; those of one `community`, `thread`, `author` or current `action` where it
    is given.
    """
    query = select(ItemRecord)
    for column, value in (
        (ItemRecord.community, community),
        (ItemRecord.thread, thread),
        (ItemRecord.action, action),
    ):
        if value is not None:
            query = query.where(column == value)
    if author is not None:
        whose = select(Author.id).where(Author.key == author).scalar_subquery()
        query = query.where(ItemRecord.author_id == whose)
    return page(session, query, ItemRecord.id, after, size)


def list_decisions(
    session: Session, *, item_id: int | None = None, after: int = 0, size: int = 100
) -> Page[DecisionRecord]:
    """Decisions in the order in which they were made; those on one item if it is given."""
    query = select(DecisionRecord)
    if item_id is not None:
        query = query.where(DecisionRecord.item_id == item_id)
    return page(session, query, DecisionRecord.id, after, size)


def find_decision(session: Session, key: str) -> DecisionRecord:
    """Raises NotFound."""
    found = session.scalars(select(DecisionRecord).where(DecisionRecord.key == key)).one_or_none()
    if found is None:
        raise NotFound("there is no such decision")
    return found


def keys_of(session: Session, table: type[Table], ids: Iterable[int | None]) -> Mapping[int, str]:
    """The public ids of the rows of `table` that have these numbers."""
    columns: Any = table
    query = select(columns.id, columns.key).where(columns.id.in_({id for id in ids if id is not None}))
    return {row[0]: row[1] for row in session.execute(query)}
