"""How long texts are kept, and what may not be purged: retention by community and kind, and legal holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, delete, exists, or_, select, text
from sqlalchemy.orm import Session, aliased

from comity.errors import InputError, NotFound
from comity.store.events import tell
from comity.store.tables import ID_CHARS, Author, Hold, ItemRecord, Retention, Text
from comity.store.upsert import add_if_absent

Kind = Literal["item", "decision", "report", "note", "statement", "appeal", "annotation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Of texts: what items say, what decisions rest on, what reporters, reviewers and statements say, what authors appeal
with, and the texts that annotations speak of.
"""
Held = Literal["item", "author", "community"]
HELD: tuple[Held, ...] = ("item", "author", "community")
MOST_DAYS = 36_500


def retain(session: Session, kind: str, days: int | None, *, community: str = "") -> None:
    """Texts of `kind` are purged after `days`; None: this rule is taken back. community: empty for all that have no
    rule of their own. Without any rule texts are kept. Raises InputError.
    """
    if kind not in KINDS:
        raise InputError(f"`{kind[:64]}` is no kind of text", next_step=f"Use one of {', '.join(KINDS)}.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InputError(f"texts are kept for 1 to {MOST_DAYS:,} days")
    _check_chars(community, "the name of a community")
    if days is None:
        session.execute(delete(Retention).where(Retention.community == community, Retention.kind == kind))
    elif not add_if_absent(session, Retention, community=community, kind=kind, days=days):
        session.get_one(Retention, (community, kind)).days = days


def list_retention(session: Session) -> Sequence[Retention]:
    return session.scalars(select(Retention).order_by(Retention.community, Retention.kind)).all()


def hold(session: Session, kind: str, subject: str, reason: str, actor: str, now: datetime) -> Hold:
    """Nothing of the item, author or community called `subject` is purged or erased until this is lifted.

    Raises InputError; NotFound where nothing of it is kept, so that nobody relies on a hold with a slip in its name.
    """
    if kind not in HELD:
        raise InputError(f"`{kind[:64]}` cannot be held", next_step=f"Use one of {', '.join(HELD)}.")
    if not reason.strip():
        raise InputError("a hold needs a reason")
    _check_chars(reason, "the reason of a hold")
    called = {"item": ItemRecord.key, "author": Author.key, "community": ItemRecord.community}[kind]
    if session.execute(select(called).where(called == subject).limit(1)).first() is None:
        raise NotFound(
            f"nothing is kept of an {kind} of this name" if kind != "community" else "no item is in it"
        )
    found = Hold(kind=kind, subject=subject, reason=reason, actor=actor, created_at=now)
    session.add(found)
    session.flush()
    tell(session, "hold.placed", f"{kind}:{subject}", {"hold": found.id}, now=now, actor=actor)
    return found


def lift_hold(session: Session, id: int, actor: str, now: datetime) -> Hold:
    """Lifting twice keeps the first time. Raises NotFound."""
    found = session.get(Hold, id, with_for_update=True)
    if found is None:
        raise NotFound(f"there is no hold {id}", next_step="List the holds to see their numbers.")
    if found.lifted_at is None:
        found.lifted_at = now
        tell(
            session, "hold.lifted", f"{found.kind}:{found.subject}", {"hold": found.id}, now=now, actor=actor
        )
    return found


def list_holds(session: Session) -> Sequence[Hold]:
    """Those that are not lifted."""
    return session.scalars(select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.id)).all()


def keep_out_new_holds(session: Session) -> None:
    """Until the end of the transaction: what it looks up about holds stays true while it erases."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(text("LOCK TABLE holds IN SHARE MODE"))


def is_held(owner: type[Text] | type[ItemRecord]) -> ColumnElement[bool]:
    """Whether a hold covers a text, or an item. What others wrote about a held author's items is held as well."""
    item_id: Any = owner.item_id if issubclass(owner, Text) else owner.id
    author, item, called = aliased(Author), aliased(ItemRecord), Hold.subject
    hold = exists().where(Hold.lifted_at.is_(None))
    return or_(
        hold.where(Hold.kind == "item", called == item.key, item.id == item_id),
        hold.where(Hold.kind == "author", called == author.key, author.id == owner.author_id),
        hold.where(
            Hold.kind == "author", called == author.key, author.id == item.author_id, item.id == item_id
        ),
        hold.where(Hold.kind == "community", called == owner.community),
    )


def _check_chars(value: str, what: str) -> None:
    if len(value) > ID_CHARS:
        raise InputError(f"{what} has {ID_CHARS} characters at most")
