"""Opening a case, or adding to the one that is open, and closing it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.decide import Decision
from comity.store.events import tell
from comity.store.tables import Case, ItemRecord, Revision, new_key
from comity.store.upsert import add_if_absent

Cause = Literal["review", "report", "appeal", "audit"]
QUEUE = "review"
"""Where a case goes unless something routes it."""


def open_case(
    session: Session,
    item: ItemRecord,
    decision: Decision | None,
    *,
    cause: Cause,
    now: datetime,
    priority: float = 0.0,
    rule: str | None = None,
) -> Case:
    """The open case of `item`, opened if it had none; what is more urgent raises its priority.

    decision: whose gravest violation says the rule and the priority, from 0 to 4: the severity and the score of what
    was found.
    """
    if decision is not None and decision.violations:
        gravest = max(decision.violations, key=lambda found: (found.severity, found.score or 0.0))
        rule = rule or gravest.rule
        priority = max(priority, float(gravest.severity) + (gravest.score or 0.0))
    added = add_if_absent(
        session,
        Case,
        key=f"case-{new_key()}",
        item_id=item.id,
        queue=QUEUE,
        cause=cause,
        rule=rule,
        priority=priority,
        opened_at=now,
    )
    case = open_case_of(session, item.id)
    assert case is not None, "it was open, or it was added"
    if added:
        data = {"case": case.key, "item": item.key, "cause": cause, "rule": rule, "queue": case.queue}
        tell(session, "case.opened", f"item:{item.key}", data, now=now)
    else:
        case.priority = max(case.priority, priority)
    return case


def open_case_of(session: Session, item_id: int) -> Case | None:
    query = select(Case).where(Case.item_id == item_id, Case.closed_at.is_(None)).with_for_update()
    # As it is now that it is locked, not as it was when this transaction first saw it.
    return session.scalars(query, execution_options={"populate_existing": True}).one_or_none()


def reviewed_revision(session: Session, item: ItemRecord) -> Revision:
    """What a person looks at: the newest revision, or of a deleted item the one before its deletion."""
    query = select(Revision).where(Revision.item_id == item.id, Revision.change != "delete")
    return session.scalars(query.order_by(Revision.number.desc()).limit(1)).one()


def close_case(session: Session, item: ItemRecord, case: Case, *, now: datetime, actor: str) -> None:
    case.closed_at, case.holder_id, case.leased_until = now, None, None
    tell(
        session, "case.closed", f"item:{item.key}", {"case": case.key, "item": item.key}, now=now, actor=actor
    )
