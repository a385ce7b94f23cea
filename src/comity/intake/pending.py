"""Revisions that were accepted and wait to be completed or decided: a queue in the database, whose entries are leased,
tried again later where that failed, and never lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import uniform
from uuid import uuid4

from sqlalchemy import ColumnElement, Update, or_, select, update
from sqlalchemy.orm import Session

from comity.decide import NO_FACTS, Decision, NotJudged
from comity.errors import NotFound
from comity.intake.accept import Parts, content_of, edit, find_item
from comity.intake.record import Recorded, record
from comity.intake.submit import Ready, ready_again
from comity.policy import Policy
from comity.store.tables import ItemRecord, Pending, Revision

LEASE = timedelta(minutes=2)
"""How long a worker may take over a pending revision before another one tries."""
ATTEMPTS = 5
"""After so many failures the policy's `on_failure` decides."""
PAUSE = timedelta(seconds=5)
"""Before the second attempt; before each further one it is twice as long, give or take a quarter."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revision leased until `until`: the policy that its item is decided under, how often it was tried with this
    time, and the URL of its parts if they are to come.
    """

    revision_id: int
    policy: str
    attempts: int
    until: datetime
    source: str | None


def is_anything_due(session: Session, now: datetime, *, to_fetch: bool) -> bool:
    query = select(Pending.revision_id).where(*_due(now, to_fetch)).limit(1)
    return session.scalars(query).first() is not None


def take_pending(session: Session, now: datetime, most: int, *, to_fetch: bool) -> list[Waiting]:
    """Leases up to `most` revisions that are due: those whose parts are to be fetched, or those that have them."""
    query = (
        select(Pending, ItemRecord.policy)
        .join(Revision, Revision.id == Pending.revision_id)
        .join(ItemRecord, ItemRecord.id == Revision.item_id)
        .where(*_due(now, to_fetch))
        .order_by(Pending.due_at, Pending.revision_id)
        .limit(most)
        .with_for_update(of=Pending, skip_locked=True)
    )
    taken = []
    for row, policy in session.execute(query):
        row.leased_until = now + LEASE
        row.attempts += 1
        taken.append(Waiting(row.revision_id, policy, row.attempts, row.leased_until, row.source))
    return taken


def give_back(session: Session, waiting: Waiting, *, due_at: datetime) -> None:
    """Ends the lease of a revision that was not tried after all."""
    session.execute(_held(waiting).values(leased_until=None, due_at=due_at, attempts=waiting.attempts - 1))


def put_off(session: Session, waiting: Waiting, now: datetime) -> None:
    """Ends the lease of a revision with which something failed; it is due again after a pause."""
    pause = PAUSE * 2 ** (waiting.attempts - 1) * uniform(0.75, 1.25)
    session.execute(_held(waiting).values(leased_until=None, due_at=now + pause))


def ready_pending(session: Session, revision_id: int, policy: Policy, now: datetime) -> Ready | None:
    """What there is to decide about a pending revision; None where it was decided or deleted meanwhile.

    Raises NotFound if its text was purged.
    """
    if session.get(Pending, revision_id) is None:
        return None
    revision = session.get_one(Revision, revision_id)
    content = content_of(session, revision)
    if content is None or not content.parts:
        raise NotFound("the text was purged before it was decided")
    return ready_again(session, session.get_one(ItemRecord, revision.item_id), content, policy, now)


def keep_fetched(session: Session, revision_id: int, parts: Parts, now: datetime) -> bool:
    """Adds the revision that the fetched parts complete; False where the item was edited, deleted or erased."""
    key = _key_of(session, revision_id)
    item = find_item(session, key, for_update=True)
    is_newest = session.get_one(Revision, revision_id).number == item.revision
    pending = session.get(Pending, revision_id, with_for_update=True)
    # Erasing an author takes the source away, so that what was under way then brings nothing back.
    if not is_newest or pending is None or pending.source is None:
        return False
    edit(session, key, parts, now)
    return True


def keep_pending(
    session: Session,
    revision_id: int,
    decision: Decision,
    policy: Policy,
    now: datetime,
    shadow: Decision | None = None,
) -> Recorded | None:
    """Writes down the decision of a pending revision; None where somebody else has."""
    item = find_item(session, _key_of(session, revision_id), for_update=True)
    if session.get(Pending, revision_id, with_for_update=True) is None:
        return None
    revision = session.get_one(Revision, revision_id)
    recorded = record(session, item, revision, decision, policy, now=now)
    if shadow is not None:
        record(session, item, revision, shadow, policy, now=now)
    return recorded


def give_up(
    session: Session, waiting: Waiting, policy: Policy, reason: str, now: datetime
) -> Recorded | None:
    """Decides by the policy's `on_failure` what could not be decided otherwise, and says so; None where somebody else
    has decided. `policy` may be another one than the item's, which the server does not know any more: a person decides.
    """
    action = policy.on_failure if policy.name == waiting.policy else "review"
    decision = Decision(
        item_id=_key_of(session, waiting.revision_id),
        actions=(action,),
        violations=(),
        not_judged=(NotJudged("item", f"{reason}, {waiting.attempts} times (on_failure: {action})"),),
        scores={},
        severities={},
        outcomes={},
        confidence=None,
        facts=replace(NO_FACTS, now=now),
        plan="",
        policy=policy.reference,
        settled_by="facts",
        id=f"dec-{uuid4().hex}",
        decided_at=now,
    )
    return keep_pending(session, waiting.revision_id, decision, policy, now)


def _due(now: datetime, to_fetch: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        Pending.source.is_not(None) if to_fetch else Pending.source.is_(None),
        Pending.due_at <= now,
        or_(Pending.leased_until.is_(None), Pending.leased_until <= now),
    )


def _held(waiting: Waiting) -> Update:
    """Of its row, unless the lease ran out and is somebody else's."""
    return update(Pending).where(
        Pending.revision_id == waiting.revision_id, Pending.leased_until == waiting.until
    )


def _key_of(session: Session, revision_id: int) -> str:
    revision = session.get_one(Revision, revision_id)
    return session.get_one(ItemRecord, revision.item_id).key
