"""Keeping a text about an item, in a row that can be purged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from comity.store.tables import ItemRecord, Text


def keep_text(
    session: Session, kind: str, item: ItemRecord, content: str, now: datetime, *, author_id: int | None
) -> int | None:
    """The number of the row; None for an empty text. author_id: whose it is to erase."""
    if not content:
        return None
    text = Text(
        kind=kind,
        item_id=item.id,
        author_id=author_id,
        community=item.community,
        content=content,
        created_at=now,
    )
    session.add(text)
    session.flush()
    return text.id
