"""The outbox: deliveries are leased, and then delivered, due again later, or dead; dead ones are replayed or discarded.

Those of one subject go to a webhook one after another. For that, whoever calls `tell` twice about a subject in two
transactions must lock something that both need, such as the row of the item: then the order of their ids is the order
in which they are committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from comity.errors import NotFound
from comity.store.paging import Page, page
from comity.store.tables import Delivery, Event, Webhook

State = Literal["waiting", "delivered", "dead"]
STATES: tuple[State, ...] = get_args(State)
Outcome = Literal["delivered", "failed", "dead", "gone"]
"""What became of one attempt: `failed` is tried again, after `gone` the webhook is disabled."""

AT_ONCE = 4
"""Deliveries to one webhook that a worker has under way."""
LEASE = timedelta(seconds=60)
"""Much more than an attempt can take; then the worker is taken for dead, and another one sends it again."""
BACKOFF = timedelta(seconds=5)
MOST_BACKOFF = timedelta(hours=6)
MOST_ATTEMPTS = 20
MOST_TIME = timedelta(days=3)
"""How long a delivery is tried at the most: a receiver may ask for a pause of a twentieth of it each time."""
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that a worker has until `until`. `secrets`: those that sign, the newest first."""

    id: int
    until: datetime
    webhook_id: int
    webhook: str
    url: str
    secrets: tuple[str, ...]
    event_id: int
    kind: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the receiver said: `error` is None if it took the event; `gone` if it never wants one again.

    retry_after: the pause that it asks for.
    """

    leased: Leased
    error: str | None = None
    retry_after: timedelta | None = None
    gone: bool = False


def is_due(session: Session, now: datetime, busy: Mapping[int, int]) -> bool:
    """Whether `lease` would find something."""
    full = [webhook for webhook, count in busy.items() if count >= AT_ONCE]
    enabled = select(Webhook.id).where(Webhook.disabled_at.is_(None), Webhook.id.not_in(full))
    found = select(Delivery.id).where(_ready(now), Delivery.webhook_id.in_(enabled)).limit(1)
    return session.scalars(found).first() is not None


def lease(session: Session, now: datetime, busy: Mapping[int, int]) -> list[Leased]:
    """Takes what is due: of each webhook as many as it may have under way besides the `busy` ones (webhook → count).

    A delivery is not taken while an earlier one of its webhook and subject is neither delivered nor dead.
    """
    taken = []
    for webhook in session.scalars(select(Webhook).where(Webhook.disabled_at.is_(None)).order_by(Webhook.id)):
        free = AT_ONCE - busy.get(webhook.id, 0)
        if free <= 0:
            continue
        ready = select(Delivery).where(_ready(now), Delivery.webhook_id == webhook.id)
        first = ready.order_by(Delivery.due_at, Delivery.id).limit(free)
        for delivery in session.scalars(first.with_for_update(skip_locked=True)).all():
            delivery.leased_until = now + LEASE
            delivery.attempts += 1
            taken.append(_leased(session, webhook, delivery, now))
    return taken


def settle(session: Session, attempts: Iterable[Attempt], now: datetime) -> list[Outcome]:
    """Writes down what became of `attempts`. One whose lease has run out is another worker's, and left alone."""
    outcomes = []
    for attempt in attempts:
        delivery = session.get(Delivery, attempt.leased.id, with_for_update=True)
        if delivery is not None and delivery.leased_until == attempt.leased.until:
            outcomes.append(_settle(session, delivery, attempt, now))
    return outcomes


def list_deliveries(
    session: Session, webhook: Webhook, state: State, *, after: int = 0, size: int = 100
) -> Page[Delivery]:
    """The deliveries of a webhook that are in `state`, oldest first."""
    query = select(Delivery).where(Delivery.webhook_id == webhook.id, _IN_STATE[state])
    return page(session, query, Delivery.id, after, size)


def replay(session: Session, webhook: Webhook, now: datetime, id: int | None = None) -> int:
    """Lets the dead delivery `id`, or all of the webhook, be tried anew; how many. Raises NotFound if `id` is not dead.

    A replayed event comes after later ones of its subject that were delivered meanwhile.
    """
    again = {"dead_at": None, "leased_until": None, "error": None, "attempts": 0, "due_at": now}
    return _changed(session, update(Delivery).where(*_dead(webhook, id)).values(again), id)


def discard(session: Session, webhook: Webhook, id: int | None = None) -> int:
    """Erases the dead delivery `id`, or all of the webhook; how many. Raises NotFound if `id` is not dead."""
    return _changed(session, delete(Delivery).where(*_dead(webhook, id)), id)


def count_waiting(session: Session) -> int:
    """Deliveries that are neither delivered nor dead; counts to MOST_COUNTED."""
    some = select(Delivery.id).where(_IN_STATE["waiting"]).limit(MOST_COUNTED).subquery()
    return session.scalars(select(func.count()).select_from(some)).one()


def backoff(attempts: int) -> timedelta:
    """The most that is waited after so many failed attempts; how long it is, chance decides (full jitter: Exponential
    Backoff And Jitter, AWS Architecture Blog, 2015), so that what failed together does not come again together.
    """
    return min(BACKOFF * (1 << min(attempts - 1, 32)), MOST_BACKOFF)


_IN_STATE: dict[State, ColumnElement[bool]] = {
    "waiting": and_(Delivery.delivered_at.is_(None), Delivery.dead_at.is_(None)),
    "delivered": Delivery.delivered_at.is_not(None),
    "dead": Delivery.dead_at.is_not(None),
}
_EARLIER = aliased(Delivery)
_IS_FIRST = ~exists().where(
    _EARLIER.webhook_id == Delivery.webhook_id,
    _EARLIER.subject == Delivery.subject,
    _EARLIER.id < Delivery.id,
    _EARLIER.delivered_at.is_(None),
    _EARLIER.dead_at.is_(None),
)


def _ready(now: datetime) -> ColumnElement[bool]:
    free = or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now)
    return and_(_IN_STATE["waiting"], Delivery.due_at <= now, free, _IS_FIRST)


def _leased(session: Session, webhook: Webhook, delivery: Delivery, now: datetime) -> Leased:
    event = session.get_one(Event, delivery.event_id)
    secrets = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and now < webhook.previous_until:
        secrets.append(webhook.previous_secret)
    return Leased(
        id=delivery.id,
        until=now + LEASE,
        webhook_id=webhook.id,
        webhook=webhook.name,
        url=webhook.url,
        secrets=tuple(secrets),
        event_id=event.id,
        kind=event.kind,
        at=event.at,
        data=event.data,
    )


def _settle(session: Session, delivery: Delivery, attempt: Attempt, now: datetime) -> Outcome:
    delivery.leased_until, delivery.error = None, attempt.error
    if attempt.error is None:
        delivery.delivered_at = now
        return "delivered"
    if attempt.gone:
        delivery.due_at = now  # it is the first that goes if somebody enables the webhook again
        gone = update(Webhook).where(Webhook.id == delivery.webhook_id, Webhook.disabled_at.is_(None))
        session.execute(gone.values(disabled_at=now))
        return "gone"
    if delivery.attempts >= MOST_ATTEMPTS:
        delivery.dead_at = now
        return "dead"
    asked = min(attempt.retry_after or timedelta(), MOST_TIME / MOST_ATTEMPTS)
    delivery.due_at = now + max(uniform(0, 1) * backoff(delivery.attempts), asked)
    # Those behind it wait as long: a look for what is due need not pass over all of them.
    behind = update(Delivery).where(
        Delivery.webhook_id == delivery.webhook_id,
        Delivery.subject == delivery.subject,
        Delivery.id > delivery.id,
        Delivery.due_at < delivery.due_at,
        _IN_STATE["waiting"],
    )
    session.execute(behind.values(due_at=delivery.due_at), execution_options={"synchronize_session": False})
    return "failed"


def _dead(webhook: Webhook, id: int | None) -> list[ColumnElement[bool]]:
    of_webhook = [Delivery.webhook_id == webhook.id, _IN_STATE["dead"]]
    return of_webhook if id is None else [*of_webhook, Delivery.id == id]


def _changed(session: Session, statement: Any, id: int | None) -> int:
    count: int = session.execute(statement).rowcount  # type: ignore[attr-defined]  # it is a CursorResult
    if id is not None and not count:
        raise NotFound(
            f"there is no dead delivery {id}", next_step="List the dead ones to see their numbers."
        )
    return count
