"""Leases: a case is one person's for a while, and never two persons'."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from comity.errors import Conflict, NotFound
from comity.store.tables import Appeal, Case, DecisionRecord, StatementRecord, User

LEASE = timedelta(minutes=10)


def find_case(session: Session, key: str, *, for_update: bool = False) -> Case:
    """Raises NotFound."""
    query = select(Case).where(Case.key == key)
    if for_update:
        # As it is now that it is locked, not as it was when this transaction first saw it.
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("there is no such case")
    return found


def take_case(session: Session, key: str, user: User, now: datetime) -> Case:
    """Leases the case to `user`, or leases it on. Raises NotFound, Conflict if it is closed, somebody else's, or an
    appeal against a decision of `user`.
    """
    free = or_(Case.holder_id.is_(None), Case.leased_until <= now, Case.holder_id == user.id)
    statement = (
        update(Case)
        .where(Case.key == key, Case.closed_at.is_(None), free, ~_appeals_against(user))
        .values(holder_id=user.id, leased_until=now + LEASE)
    )
    taken = session.execute(
        statement.returning(Case.id), execution_options={"synchronize_session": False}
    ).first()
    case = find_case(session, key)
    session.refresh(case)
    if taken is None:
        raise Conflict(_why_not(case, user, now), next_step="Take the next case.")
    return case


def take_next(session: Session, user: User, now: datetime, queue: str | None = None) -> Case | None:
    """Leases the most urgent case of `queue` (of any, if None) that nobody has to `user`; None if there is none.

    Appeals against decisions of `user` are left to others.
    """
    query = (
        select(Case)
        .where(
            Case.closed_at.is_(None),
            or_(Case.holder_id.is_(None), Case.leased_until <= now),
            ~_appeals_against(user),
        )
        .order_by(Case.priority.desc(), Case.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(query.where(Case.queue == queue) if queue else query).first()
    return take_case(session, found.key, user, now) if found else None


def give_back(session: Session, key: str, user: User) -> None:
    """The case is free again, if it was `user`'s. Raises NotFound."""
    case = find_case(session, key, for_update=True)
    if case.holder_id == user.id:
        case.holder_id = case.leased_until = None


def held_by(case: Case, user: User, now: datetime) -> bool:
    return case.holder_id == user.id and case.leased_until is not None and case.leased_until > now


def _appeals_against(user: User) -> ColumnElement[bool]:
    """Whether a case has an open appeal against a decision of `user`."""
    return (
        select(Appeal.id)
        .join(StatementRecord, StatementRecord.id == Appeal.statement_id)
        .join(DecisionRecord, DecisionRecord.id == StatementRecord.decision_id)
        .where(Appeal.case_id == Case.id, Appeal.outcome.is_(None), DecisionRecord.actor == user.key)
        .correlate(Case)
        .exists()
    )


def _why_not(case: Case, user: User, now: datetime) -> str:
    if case.closed_at is not None:
        return "the case is closed"
    if case.holder_id not in (None, user.id) and case.leased_until is not None and case.leased_until > now:
        return "somebody else has the case"
    return "an appeal is decided by somebody else than the decision"
