"""Authors and reporters, by the ids that their site gave them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import NotFound
from comity.store.tables import Author
from comity.store.upsert import add_if_absent


def author_called(session: Session, key: str, *, now: datetime, joined_at: datetime | None = None) -> Author:
    """The author with this `key`, added if nobody has it. What is known of `joined_at` is kept."""
    query = select(Author).where(Author.key == key)
    found = session.scalars(query).one_or_none()
    if found is None:
        add_if_absent(session, Author, key=key, seen_at=now)
        found = session.scalars(query).one()
    if joined_at is not None:
        found.joined_at = joined_at
    return found


def find_author(session: Session, key: str) -> Author:
    """Raises NotFound."""
    found = session.scalars(select(Author).where(Author.key == key)).one_or_none()
    if found is None:
        raise NotFound("there is no such author")
    return found
