"""Adding a row unless it is there, without a race: both databases that we support can say it in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from comity.store.tables import Table


def add_if_absent(session: Session, table: type[Table], **values: Any) -> bool:
    """Whether the row was added; False if one with the same unique values stands there already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(table).values(**values).on_conflict_do_nothing().returning(*table.__table__.primary_key)
    )
    return session.execute(statement).first() is not None
