"""How long texts are kept, and what may not be purged: retention by community and kind, and legal holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from comity.errors import InputError, NotFound
from comity.store.events import tell
from comity.store.tables import Author, Case, Hold, ItemRecord, Retention, Text
from comity.store.upsert import add_if_absent

KINDS = ("item", "decision", "report", "note", "statement", "appeal")
"""The kinds of texts."""
Held = Literal["item", "author", "community"]
HELD: tuple[Held, ...] = ("item", "author", "community")
_AT_ONCE = 500


def retain(session: Session, kind: str, days: int | None, *, community: str = "") -> None:
    """Texts of `kind` are purged after `days`; None: they are kept. community: empty for all that have no days of
    their own. Raises InputError.
    """
    if kind not in KINDS:
        raise InputError(f"`{kind}` is no kind of text", next_step=f"Use one of {', '.join(KINDS)}.")
    if days is not None and not 1 <= days <= 36_500:
        raise InputError("texts are kept for 1 to 36,500 days")
    if days is None:
        session.execute(delete(Retention).where(Retention.community == community, Retention.kind == kind))
    elif not add_if_absent(session, Retention, community=community, kind=kind, days=days):
        session.get_one(Retention, (community, kind)).days = days


def list_retention(session: Session) -> Sequence[Retention]:
    return session.scalars(select(Retention).order_by(Retention.community, Retention.kind)).all()


def hold(session: Session, kind: str, subject: str, reason: str, actor: str, now: datetime) -> Hold:
    """Nothing of the item, author or community called `subject` is purged until this is lifted. Raises InputError."""
    if kind not in HELD:
        raise InputError(f"`{kind}` cannot be held", next_step=f"Use one of {', '.join(HELD)}.")
    found = Hold(kind=kind, subject=subject, reason=reason, actor=actor, created_at=now)
    session.add(found)
    tell(session, "hold.placed", f"{kind}:{subject}", {}, now=now, actor=actor)
    session.flush()
    return found


def lift_hold(session: Session, id: int, actor: str, now: datetime) -> Hold:
    """Lifting twice keeps the first time. Raises NotFound."""
    found = session.get(Hold, id)
    if found is None:
        raise NotFound(f"there is no hold {id}", next_step="List the holds to see their numbers.")
    if found.lifted_at is None:
        found.lifted_at = now
        tell(session, "hold.lifted", f"{found.kind}:{found.subject}", {}, now=now, actor=actor)
    return found


def list_holds(session: Session) -> Sequence[Hold]:
    """Those that are not lifted."""
    return session.scalars(select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.id)).all()


def purge_due(session: Session, now: datetime, most: int = _AT_ONCE) -> int:
    """Erases up to `most` texts whose time is over; how many. Held ones stay, and those of items with an open case."""
    rows = list_retention(session)
    over = [
        and_(
            Text.kind == row.kind,
            Text.created_at < now - timedelta(days=row.days),
            _in_community(row, rows),
        )
        for row in rows
    ]
    if not over:
        return 0
    open_case = exists().where(Case.item_id == Text.item_id, Case.closed_at.is_(None))
    due = select(Text.id).where(or_(*over), ~open_case, ~is_held()).order_by(Text.id).limit(most)
    return erase_texts(session, session.scalars(due).all())


def erase_texts(session: Session, ids: Sequence[int]) -> int:
    """Deletes the texts with these numbers; what points to them points to nothing then."""
    for start in range(0, len(ids), _AT_ONCE):
        session.execute(delete(Text).where(Text.id.in_(ids[start : start + _AT_ONCE])))
    return len(ids)


def is_held() -> ColumnElement[bool]:
    """Whether a hold covers a row of Text."""
    held = Hold.lifted_at.is_(None)
    return or_(
        exists().where(
            held, Hold.kind == "item", Hold.subject == ItemRecord.key, ItemRecord.id == Text.item_id
        ),
        exists().where(held, Hold.kind == "author", Hold.subject == Author.key, Author.id == Text.author_id),
        # What others wrote about a held author's items is evidence as well.
        exists().where(
            held,
            Hold.kind == "author",
            Hold.subject == Author.key,
            Author.id == ItemRecord.author_id,
            ItemRecord.id == Text.item_id,
        ),
        exists().where(held, Hold.kind == "community", Hold.subject == Text.community),
    )


def _in_community(row: Retention, rows: Sequence[Retention]) -> ColumnElement[bool]:
    if row.community:
        return Text.community == row.community
    own = [other.community for other in rows if other.kind == row.kind and other.community]
    return or_(Text.community.is_(None), Text.community.not_in(own))
