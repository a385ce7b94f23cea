"""What is kept of one author: handed out, or erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from comity.store.authors import find_author
from comity.store.events import tell
from comity.store.retention import erase_texts, is_held
from comity.store.tables import (
    Annotation,
    Appeal,
    Author,
    DecisionRecord,
    ItemRecord,
    ItemText,
    Report,
    RestrictionRecord,
    Revision,
    StatementRecord,
    StrikeRecord,
    Table,
    Text,
    now,
)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many texts were erased, and how many a legal hold kept."""

    texts: int
    held: int


def erase_author(session: Session, key: str, *, actor: str, at: datetime | None = None) -> Erased:
    """Erases all that the author wrote, and all that others wrote about the author's items: reports, notes, statements,
    what decisions rest on, and the texts that annotations speak of. Ids, numbers and hashes stay. Raises NotFound.

    The bytes are gone from the database file after `Database.vacuum`.
    """
    author, at = find_author(session, key), at or now()
    theirs = _texts_about(author)
    held = len(session.scalars(select(Text.id).where(theirs, is_held())).all())
    texts = session.scalars(select(Text.id).where(theirs, ~is_held())).all()
    kept = select(ItemRecord.key).join(Text, Text.item_id == ItemRecord.id).where(theirs, is_held())
    annotated = session.scalars(
        select(ItemText.item_id).where(
            ItemText.item_id.in_(select(ItemRecord.key).where(ItemRecord.author_id == author.id)),
            ItemText.item_id.not_in(kept),
        )
    ).all()
    erase_texts(session, texts)
    for item in annotated:
        session.execute(update(Annotation).where(Annotation.text_of == item).values(text_of=None))
        session.execute(delete(ItemText).where(ItemText.item_id == item))
    author.erased_at = at
    found = Erased(len(texts) + len(annotated), held)
    data = {"author": author.key, "texts": found.texts, "held": found.held}
    tell(session, "author.erased", f"author:{author.key}", data, now=at, actor=actor)
    return found


def export_author(session: Session, key: str) -> Iterator[dict[str, Any]]:
    """All that is kept of the author, a row at a time: `table` and its columns; a row that has a text holds it as
    `text`. Raises NotFound.
    """
    author = find_author(session, key)
    items = select(ItemRecord.id).where(ItemRecord.author_id == author.id)
    statements = select(StatementRecord.id).where(StatementRecord.author_id == author.id)
    yield _row(author, None)
    for table, mine in (
        (ItemRecord, ItemRecord.author_id == author.id),
        (Revision, Revision.item_id.in_(items)),
        (DecisionRecord, DecisionRecord.item_id.in_(items)),
        (StatementRecord, StatementRecord.author_id == author.id),
        (Appeal, Appeal.statement_id.in_(statements)),
        (Report, Report.reporter_id == author.id),
        (StrikeRecord, StrikeRecord.author_id == author.id),
        (RestrictionRecord, RestrictionRecord.author_id == author.id),
    ):
        for row in session.scalars(select(table).where(mine).order_by(table.id)).yield_per(500):
            text_id = getattr(row, "text_id", None)
            text = session.get(Text, text_id) if text_id is not None else None
            yield _row(row, text)


def _texts_about(author: Author) -> Any:
    items = select(ItemRecord.id).where(ItemRecord.author_id == author.id)
    return or_(Text.author_id == author.id, Text.item_id.in_(items))


def _row(row: Table, text: Text | None) -> dict[str, Any]:
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    told = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in columns.items()
    }
    return {"table": row.__tablename__, **told, **({"text": text.content} if text else {})}
