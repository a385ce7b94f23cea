"""What is kept of items and decisions, as it goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.decide import Decision
from comity.decide.transcript import recall
from comity.intake.accept import content_of
from comity.moderator.record import decision_out
from comity.store.items import keys_of
from comity.store.tables import (
    Author,
    Case,
    CurrentDecision,
    DecisionRecord,
    ItemRecord,
    Revision,
    StatementRecord,
    Text,
    ViolationRecord,
)
from comity.taxonomy import Severity
from comity.wire.kept import (
    DecisionLineOut,
    ItemLineOut,
    ItemOut,
    KeptDecisionOut,
    PartOut,
    RevisionOut,
    State,
)
from comity.wire.native import DecisionOut, ViolationOut


def show_item(session: Session, item: ItemRecord, *, with_parts: bool = False) -> ItemOut:
    """The item with its revisions and its current decision. with_parts: with what each revision says."""
    decision = session.get(DecisionRecord, item.decision_id) if item.decision_id is not None else None
    [line] = show_items(session, [item])
    return ItemOut(
        **dict(line),
        decision=show_decision(session, decision) if decision else None,
        case=_open_case(session, item),
        revisions=_revisions(session, item, with_parts),
    )


def show_items(session: Session, items: Sequence[ItemRecord]) -> list[ItemLineOut]:
    authors = keys_of(session, Author, (item.author_id for item in items))
    return [
        ItemLineOut(
            id=item.key,
            author=authors[item.author_id] if item.author_id is not None else None,
            community=item.community,
            thread=item.thread,
            reply_to=item.parent,
            role=item.role,
            lang=item.lang,
            policy=item.policy,
            created_at=item.created_at,
            revision=item.revision,
            state=_state(item),
            action=item.action,
        )
        for item in items
    ]


def show_decision(session: Session, row: DecisionRecord) -> KeptDecisionOut:
    """The decision in full, or what the log has of it where retention purged the rest."""
    item = session.get_one(ItemRecord, row.item_id)
    before = session.get(DecisionRecord, row.supersedes_id) if row.supersedes_id is not None else None
    statement = session.scalars(select(StatementRecord).where(StatementRecord.decision_id == row.id)).first()
    made = recall_decision(session, row)
    told = decision_out(made) if made else _of_log(session, row, item)
    return KeptDecisionOut(
        **dict(told),
        stored=True,
        complete=made is not None,
        revision=row.revision,
        cause=row.cause,
        actor=row.actor,
        shadow=row.shadow,
        supersedes=before.key if before else None,
        decided_at=row.decided_at,
        statement=statement.key if statement else None,
        case=_open_case(session, item),
    )


def show_unkept(decision: Decision) -> KeptDecisionOut:
    """A decision of which nothing was kept."""
    assert decision.decided_at is not None, "a moderator made it"
    return KeptDecisionOut(
        **dict(decision_out(decision)),
        stored=False,
        revision=decision.item_revision,
        cause="intake",
        actor=decision.actor,
        shadow=False,
        supersedes=None,
        decided_at=decision.decided_at,
        statement=None,
        case=None,
    )


def show_decisions(session: Session, rows: Sequence[DecisionRecord]) -> list[DecisionLineOut]:
    items = keys_of(session, ItemRecord, (row.item_id for row in rows))
    return [
        DecisionLineOut(
            decision=row.key,
            item=items[row.item_id],
            revision=row.revision,
            cause=row.cause,
            actor=row.actor,
            action=row.action,
            account_action=row.account_action,
            policy=_reference(row),
            shadow=row.shadow,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def recall_decision(session: Session, row: DecisionRecord) -> Decision | None:
    """The decision with all that it rests on; None where that was purged."""
    text = session.get(Text, row.text_id) if row.text_id is not None else None
    return recall(text.content) if text else None


def _open_case(session: Session, item: ItemRecord) -> str | None:
    return session.scalars(select(Case.key).where(Case.item_id == item.id, Case.closed_at.is_(None))).first()


def _state(item: ItemRecord) -> State:
    if item.deleted_at is not None:
        return "deleted"
    return "pending" if item.decision_id is None else "decided"


def _reference(row: DecisionRecord) -> str:
    return f"{row.policy}@{row.version}"


def _revisions(session: Session, item: ItemRecord, with_parts: bool) -> list[RevisionOut]:
    decided = (
        select(CurrentDecision.revision, DecisionRecord)
        .join(DecisionRecord, DecisionRecord.id == CurrentDecision.decision_id)
        .where(CurrentDecision.item_id == item.id)
    )
    current = {row[0]: row[1] for row in session.execute(decided)}
    rows = session.scalars(select(Revision).where(Revision.item_id == item.id).order_by(Revision.number))
    return [_revision(session, row, current, with_parts) for row in rows]


def _revision(
    session: Session, row: Revision, current: Mapping[int, DecisionRecord], with_parts: bool
) -> RevisionOut:
    decision = current.get(row.number)
    content = content_of(session, row) if with_parts else None
    return RevisionOut(
        number=row.number,
        change=row.change,
        received_at=row.received_at,
        decision=decision.key if decision else None,
        action=decision.action if decision else None,
        parts=[PartOut(id=id, text=text) for id, text in content.parts] if content else None,
    )


def _of_log(session: Session, row: DecisionRecord, item: ItemRecord) -> DecisionOut:
    found = select(ViolationRecord).where(ViolationRecord.decision_id == row.id).order_by(ViolationRecord.id)
    return DecisionOut(
        id=item.key,
        decision=row.key,
        action=row.action,
        actions=[row.action, *filter(None, [row.account_action])],
        confidence=row.confidence,
        violations=[
            ViolationOut(
                rule=violation.rule,
                criterion=violation.criterion,
                action=violation.action,
                reason="",
                score=violation.score,
                severity=Severity(violation.severity).label,
                evidence=[],
            )
            for violation in session.scalars(found)
        ],
        scores={},
        severity={},
        not_judged=[],
        settled_by=row.settled_by,
        timings={},
        ms=row.ms,
        policy=_reference(row),
        plan=row.plan or "",
    )
