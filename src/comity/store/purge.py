"""Purging: texts whose time is over, and what only serves to recognise a request that is sent again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, literal, select, update
from sqlalchemy.orm import Session

from comity.store.database import Database
from comity.store.retention import KINDS, is_held, keep_out_new_holds, list_retention
from comity.store.tables import (
    Annotation,
    Answered,
    Case,
    ItemRecord,
    ItemText,
    Pending,
    Retention,
    Revision,
    Text,
    UtcDateTime,
)

AT_ONCE = 500
"""So many in one transaction: no other writer waits longer than that takes."""
REQUEST_DAYS = 7
"""How long a request is recognised by its `Idempotency-Key`, everywhere."""


def purge(database: Database, now: datetime) -> Iterator[tuple[str, int]]:
    """Erases what is due, batch by batch; yields the kind of each batch (a kind of texts, or `request`), and how many
    they were. Held texts stay, and those of items that have an open case or wait to be decided.
    """
    for kind in KINDS:
        found = AT_ONCE
        while found == AT_ONCE:
            found, erased = _batch(database, kind, now)
            if erased:
                yield kind, erased
    while forgotten := _forget_requests(database, now):
        yield "request", forgotten


def count_due(session: Session, now: datetime) -> Mapping[str, int]:
    """How many texts of each kind are due; kinds of which none are due are left out."""
    found = {kind: _due(session, kind, now) for kind in KINDS}
    counts = {
        kind: session.scalars(select(func.count()).select_from(query.order_by(None).subquery())).one()
        for kind, query in found.items()
        if query is not None
    }
    return {kind: count for kind, count in counts.items() if count}


def forget_item_texts(session: Session, keys: Sequence[str]) -> None:
    """Erases the texts that annotations of these items speak of; the annotations stay."""
    session.execute(update(Annotation).where(Annotation.text_of.in_(keys)).values(text_of=None))
    session.execute(delete(ItemText).where(ItemText.item_id.in_(keys)))


def _batch(database: Database, kind: str, now: datetime) -> tuple[int, int]:
    """How many were found to be due, and how many of these were erased. The search is outside of the transaction, so
    that no writer waits for it; whether what it found is due is asked again inside.
    """
    with database.read() as session:
        query = _due(session, kind, now)
        keys = session.scalars(query.limit(AT_ONCE)).all() if query is not None else []
    key = ItemText.item_id if kind == "annotation" else Text.id

    def erase(session: Session) -> int:
        keep_out_new_holds(session)
        query = _due(session, kind, now)
        still = session.scalars(query.where(key.in_(keys))).all() if query is not None else []
        if kind == "annotation":
            forget_item_texts(session, still)
        else:
            session.execute(delete(Text).where(Text.id.in_(still)))
        return len(still)

    return len(keys), database.transact(erase) if keys else 0


def _forget_requests(database: Database, now: datetime) -> int:
    old = select(Answered.at).where(Answered.at < now - timedelta(days=REQUEST_DAYS)).order_by(Answered.at)
    with database.read() as session:
        times = session.scalars(old.limit(AT_ONCE)).all()
    if times:
        database.transact(lambda session: session.execute(delete(Answered).where(Answered.at <= times[-1])))
    return len(times)


def _due(session: Session, kind: str, now: datetime) -> Select[Any] | None:
    """The ids of texts of `kind` that are due, oldest first; None where no rule says that any are purged."""
    rules = [rule for rule in list_retention(session) if rule.kind == kind]
    if not rules:
        return None
    owner: Any = ItemRecord if kind == "annotation" else Text
    if kind == "annotation":
        query: Select[Any] = select(ItemText.item_id).outerjoin(owner, owner.key == ItemText.item_id)
        created_at, item_id = ItemText.created_at, owner.id
    else:
        query = select(Text.id).where(Text.kind == kind)
        created_at, item_id = Text.created_at, owner.item_id
    return query.where(
        _is_over(created_at, owner.community, rules, now),
        ~is_held(owner),
        ~exists().where(Case.item_id == item_id, Case.closed_at.is_(None)),
        ~exists().where(Pending.revision_id == Revision.id, Revision.item_id == item_id),
    ).order_by(created_at)


def _is_over(
    created_at: Any, community: Any, rules: Sequence[Retention], now: datetime
) -> ColumnElement[bool]:
    """By the rule of the community, or by the general one if that has none."""
    ends = {rule.community: now - timedelta(days=rule.days) for rule in rules}
    latest, general = max(ends.values()), ends.pop("", None)
    if not ends:
        return created_at < latest  # type: ignore[no-any-return]
    of_its_own = {name: literal(end, UtcDateTime) for name, end in ends.items()}
    other = literal(general, UtcDateTime) if general else None
    # The latest end as well, for the index: what is younger is not looked at.
    return and_(created_at < latest, created_at < case(of_its_own, value=community, else_=other))
