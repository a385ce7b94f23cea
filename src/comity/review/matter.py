"""What the next ruling in a case is about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.intake.cases import reviewed_revision
from comity.store.tables import Appeal, Case, DecisionRecord, ItemRecord, Revision, StatementRecord


@dataclass(frozen=True, slots=True)
class Matter:
    """`revision` is what the person looks at. `appeal` is the one that is decided, against the decision `appealed`."""

    revision: Revision
    appeal: Appeal | None = None
    appealed: DecisionRecord | None = None


def matter_of(session: Session, item: ItemRecord, case: Case) -> Matter:
    """The oldest open appeal, which is about the revision that was decided; without one the newest revision."""
    query = select(Appeal).where(Appeal.case_id == case.id, Appeal.outcome.is_(None)).order_by(Appeal.id)
    appeal = session.scalars(query.limit(1)).first()
    if appeal is None:
        return Matter(reviewed_revision(session, item))
    statement = session.get_one(StatementRecord, appeal.statement_id)
    appealed = session.get_one(DecisionRecord, statement.decision_id)
    decided = select(Revision).where(Revision.item_id == item.id, Revision.number == appealed.revision)
    return Matter(session.scalars(decided).one(), appeal, appealed)
