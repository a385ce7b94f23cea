"""What is kept of one author, handed out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from comity.store.authors import find_author
from comity.store.tables import (
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
)

_AT_ONCE = 500
_JSON = ("item", "decision", "statement")
"""Kinds of texts that are JSON."""


def export_author(session: Session, key: str) -> Iterator[dict[str, Any]]:
    """All that the author wrote and what was decided about it, a row at a time: `table`, its columns as they are called
    there, and `text` where it has one that is still kept. Times are ISO 8601.

    What others wrote about the author is not in it: reports and the notes of reviewers. Raises NotFound.
    """
    author = find_author(session, key)
    return _rows(session, author)


def _rows(session: Session, author: Author) -> Iterator[dict[str, Any]]:
    yield _row(author, None)
    items = select(ItemRecord.id).where(ItemRecord.author_id == author.id)
    statements = select(StatementRecord.id).where(StatementRecord.author_id == author.id)
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
        columns: Any = table
        if hasattr(table, "text_id"):
            query = select(table, Text.kind, Text.content).outerjoin(Text, Text.id == columns.text_id)
        else:
            query = select(table, literal(None), literal(None))
        found = session.execute(query.where(mine).order_by(columns.id).execution_options(yield_per=_AT_ONCE))
        for row, kind, text in found:
            yield _row(row, json.loads(text) if kind in _JSON else text)
    keys = select(ItemRecord.key).where(ItemRecord.author_id == author.id)
    annotated = select(ItemText).where(ItemText.item_id.in_(keys)).order_by(ItemText.item_id)
    for kept in session.scalars(annotated.execution_options(yield_per=_AT_ONCE)):
        yield _row(kept, None)


def _row(row: Table, text: Any) -> dict[str, Any]:
    told = {
        column.key: value.isoformat() if isinstance(value := getattr(row, column.key), datetime) else value
        for column in row.__table__.columns
    }
    return {"table": row.__tablename__, **told, **({"text": text} if text is not None else {})}
