"""Reading a table page by page, newest last, by a cursor that stays right while rows are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from comity.errors import InputError

MAX_PAGE = 1_000


class _Numbered(Protocol):
    id: Any


Row = TypeVar("Row", bound=_Numbered)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next` is the `after` of the following page; None on the last one."""

    rows: tuple[Row, ...]
    next: int | None


def page(session: Session, query: Select[Row], id: Any, after: int, size: int) -> Page[Row]:
    """Up to `size` rows of `query` whose column `id` is greater than `after`. Raises InputError for another size."""
    if not 1 <= size <= MAX_PAGE:
        raise InputError(f"a page has 1 to {MAX_PAGE:,} rows, not {size:,}")
    rows = session.scalars(query.where(id > after).order_by(id).limit(size + 1)).all()
    shown = tuple(rows[:size])
    return Page(shown, shown[-1].id if len(rows) > size else None)
