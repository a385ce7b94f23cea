"""Cases, page by page: open ones as they would be taken, closed ones as they were opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from comity.errors import InputError
from comity.store.paging import MAX_PAGE
from comity.store.tables import Case

State = Literal["open", "closed"]
CURSOR_PATTERN = r"^(\d{1,12}(?:\.\d{1,20})?)~(\d{1,9})$"
_CURSOR = re.compile(CURSOR_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class CasePage:
    """`next` is the `after` of the following page; None on the last one."""

    cases: tuple[Case, ...]
    next: str | None


def list_cases(
    session: Session,
    state: State = "open",
    *,
    queue: str | None = None,
    after: str | None = None,
    size: int = 100,
) -> CasePage:
    """Up to `size` cases, the open ones most urgent first.

    The cursor names the place in the order and not a row, so it stays right while cases come and go; a case that became
    more urgent meanwhile may have moved before it. Raises InputError for another size or a cursor that is none.
    """
    if not 1 <= size <= MAX_PAGE:
        raise InputError(f"a page has 1 to {MAX_PAGE:,} rows, not {size:,}")
    query = select(Case) if queue is None else select(Case).where(Case.queue == queue)
    query = _open(query, after) if state == "open" else _closed(query, after)
    rows = session.scalars(query.limit(size + 1)).all()
    shown = tuple(rows[:size])
    return CasePage(shown, _cursor(state, shown[-1]) if len(rows) > size else None)


def _open(query: Select[Case], after: str | None) -> Select[Case]:
    query = query.where(Case.closed_at.is_(None))
    if after is not None:
        priority, id = _place(after)
        # What the first says follows from the second, but lets the database begin at the place.
        query = query.where(Case.priority <= priority, or_(Case.priority < priority, Case.id > id))
    return query.order_by(Case.priority.desc(), Case.id)


def _closed(query: Select[Case], after: str | None) -> Select[Case]:
    query = query.where(Case.closed_at.is_not(None))
    if after is not None:
        query = query.where(Case.id > _place(after)[1])
    return query.order_by(Case.id)


def _cursor(state: State, last: Case) -> str:
    return f"{last.priority if state == 'open' else 0.0!r}~{last.id}"


def _place(after: str) -> tuple[float, int]:
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise InputError("`after` is not the `next` of a page before")
    return float(found[1]), int(found[2])
