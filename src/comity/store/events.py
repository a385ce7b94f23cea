"""Events: written where they happen, and put into the outbox of every webhook that wants them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from sqlalchemy import String, column, func, select, text, union_all
from sqlalchemy.orm import Session

from comity.store.paging import Page, page
from comity.store.tables import Delivery, Event, Webhook

PUBLIC = {
    "item.decided": "an item has a new decision",
    "statement.issued": "an author can be given the reasons of a decision",
    "author.restricted": "an account is warned, muted, suspended or banned",
    "author.released": "a restriction has ended: expired, reversed or lifted",
    "case.opened": "a person is to decide about an item",
    "report.closed": "a report was upheld or rejected",
    "appeal.closed": "a decision was upheld or overturned",
    "rule.braked": "a rule left its expected hit rate and went to shadow by itself",
    "rule.released": "a braked rule is live again",
}
"""The kinds that webhooks may ask for."""


def tell(
    session: Session,
    kind: str,
    subject: str,
    data: dict[str, Any],
    *,
    now: datetime,
    actor: str = "automation",
) -> Event:
    """Adds the event to the log, and a delivery for each webhook that wants its kind.

    data: ids and numbers, never text. subject: what it is about, such as `item:post-7`; deliveries about one subject
    keep their order.
    """
    event = Event(kind=kind, subject=subject, actor=actor, data=data, at=now)
    session.add(event)
    session.flush()
    if kind in PUBLIC:
        for webhook in session.scalars(select(Webhook).where(Webhook.disabled_at.is_(None))):
            if not webhook.kinds or kind in webhook.kinds.split():
                session.add(Delivery(event_id=event.id, webhook_id=webhook.id, subject=subject, due_at=now))
    return event


def list_events(
    session: Session,
    *,
    subject: str | None = None,
    kinds: Collection[str] = (),
    after: int = 0,
    size: int = 100,
) -> Page[Event]:
    """Events, oldest first; of one `subject` and of `kinds` if they are given.

    Who follows the log with the number of the last event that they saw misses none: what others are still writing is
    waited for, a second at the most, and then left for the next time.
    """
    query = select(Event).where(Event.id <= _complete_up_to(session))
    if subject is not None:
        query = query.where(Event.subject == subject)
        if kinds:
            query = query.where(Event.kind.in_(kinds))
    elif kinds:
        # The next ones of each kind, which an index finds, however rare it is among the others.
        following = select(Event.id).where(Event.id > after).order_by(Event.id).limit(size + 1)
        each = (following.where(Event.kind == kind).subquery() for kind in kinds)
        query = query.where(Event.id.in_(union_all(*(select(found.c.id) for found in each))))
    return page(session, query, Event.id, after, size)


def _complete_up_to(session: Session) -> int:
    """The number up to which no event will be added any more; 0 if that cannot be told now.

    PostgreSQL hands out numbers before the commit, so a later number may be there sooner. Whoever has one below those
    that can be seen holds a lock on the table until the end of the transaction.
    """
    newest = session.scalars(select(func.coalesce(func.max(Event.id), 0))).one()
    if session.get_bind().dialect.name != "postgresql":
        return newest
    deadline = monotonic() + _MOST_WAIT_SECONDS
    before = set(session.scalars(_WRITERS))
    while before:
        if monotonic() > deadline:
            return 0
        sleep(_PAUSE_SECONDS)
        before.intersection_update(session.scalars(_WRITERS))
    return newest


_MOST_WAIT_SECONDS = 1.0
_PAUSE_SECONDS = 0.002
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE relation = 'events'::regclass AND mode = 'RowExclusiveLock' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()"
).columns(column("virtualtransaction", String))
