"""Appeals: the author of an item asks that an adverse decision be made again, by somebody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import Conflict, NotFound
from comity.intake.cases import open_case
from comity.store.events import tell
from comity.store.tables import (
    Appeal,
    CurrentDecision,
    DecisionRecord,
    ItemRecord,
    StatementRecord,
    new_key,
)
from comity.store.texts import keep_text

_URGENT = 3.0


def appeal(session: Session, statement_key: str, message: str, now: datetime) -> tuple[Appeal, bool]:
    """The appeal against the decision of a statement, and whether it is new: there is one a statement.

    Raises NotFound, Conflict after the deadline, or if another decision has taken the place of the stated one.
    """
    query = select(StatementRecord).where(StatementRecord.key == statement_key)
    statement = session.scalars(query.with_for_update()).one_or_none()
    if statement is None:
        raise NotFound("there is no such statement")
    before = session.scalars(select(Appeal).where(Appeal.statement_id == statement.id)).one_or_none()
    if before is not None:
        return before, False
    if statement.appeal_until < now:
        raise Conflict(f"this decision could be appealed until {statement.appeal_until:%d %B %Y}")
    item = session.get_one(ItemRecord, statement.item_id, populate_existing=True, with_for_update=True)
    decision = session.get_one(DecisionRecord, statement.decision_id)
    current = session.get(CurrentDecision, (item.id, decision.revision))
    if current is None or current.decision_id != decision.id:
        raise Conflict(
            "another decision has taken the place of this one",
            next_step="Appeal against the newer statement.",
        )
    case = open_case(session, item, None, cause="appeal", now=now, rule=statement.rule, priority=_URGENT)
    found = Appeal(
        key=f"app-{new_key()}",
        statement_id=statement.id,
        case_id=case.id,
        text_id=keep_text(session, "appeal", item, message, now, author_id=statement.author_id),
        created_at=now,
    )
    session.add(found)
    session.flush()
    data = {"appeal": found.key, "item": item.key, "statement": statement.key, "case": case.key}
    tell(session, "appeal.received", f"item:{item.key}", data, now=now)
    return found, True
