"""Cases and all that belongs to them, as they go over the wire."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.intake.show import show_decisions, show_item
from comity.review.matter import matter_of
from comity.store.items import keys_of, list_decisions
from comity.store.paging import MAX_PAGE
from comity.store.tables import (
    Appeal,
    Author,
    Case,
    CurrentDecision,
    DecisionRecord,
    ItemRecord,
    Report,
    Ruling,
    StatementRecord,
    Text,
    User,
)
from comity.wire.review import AppealOut, CaseLineOut, CaseOut, ReportOut, RulingOut, StatementOut


def show_cases(session: Session, rows: Sequence[Case]) -> list[CaseLineOut]:
    items = keys_of(session, ItemRecord, (row.item_id for row in rows))
    users = keys_of(session, User, (row.holder_id for row in rows))
    return [
        CaseLineOut(
            key=row.key,
            item=items[row.item_id],
            queue=row.queue,
            cause=row.cause,
            rule=row.rule,
            priority=row.priority,
            opened_at=row.opened_at,
            holder=users[row.holder_id] if row.holder_id is not None else None,
            leased_until=row.leased_until,
            closed_at=row.closed_at,
        )
        for row in rows
    ]


def show_case(session: Session, case: Case, *, with_texts: bool = False) -> CaseOut:
    """with_texts: with what the item says, and what people wrote about it."""
    item = session.get_one(ItemRecord, case.item_id)
    matter = matter_of(session, item, case)
    [line] = show_cases(session, [case])
    reports = session.scalars(select(Report).where(Report.case_id == case.id).order_by(Report.id)).all()
    appeals = session.scalars(select(Appeal).where(Appeal.case_id == case.id).order_by(Appeal.id)).all()
    rulings = session.scalars(select(Ruling).where(Ruling.case_id == case.id).order_by(Ruling.id)).all()
    decisions = list_decisions(session, item_id=item.id, size=MAX_PAGE).rows
    return CaseOut(
        **dict(line),
        revision=matter.revision.number,
        appeal=matter.appeal.key if matter.appeal else None,
        about=show_item(session, item, with_parts=with_texts),
        reports=show_reports(session, reports, with_texts=with_texts),
        appeals=show_appeals(session, appeals, with_texts=with_texts),
        rulings=[_ruling(session, case, row, with_texts) for row in rulings],
        decisions=show_decisions(session, decisions),
    )


def show_reports(session: Session, rows: Sequence[Report], *, with_texts: bool = False) -> list[ReportOut]:
    items = keys_of(session, ItemRecord, (row.item_id for row in rows))
    reporters = keys_of(session, Author, (row.reporter_id for row in rows))
    cases = keys_of(session, Case, (row.case_id for row in rows))
    return [
        ReportOut(
            key=row.key,
            item=items[row.item_id],
            revision=row.revision,
            reason=row.reason,
            rule=row.rule,
            dsa=row.dsa,
            reporter=reporters[row.reporter_id] if row.reporter_id is not None else None,
            source=row.source,
            case=cases[row.case_id],
            created_at=row.created_at,
            outcome=row.outcome,
            closed_at=row.closed_at,
            comment=_text(session, row.text_id) if with_texts else None,
        )
        for row in rows
    ]


def show_appeals(session: Session, rows: Sequence[Appeal], *, with_texts: bool = False) -> list[AppealOut]:
    statements = keys_of(session, StatementRecord, (row.statement_id for row in rows))
    cases = keys_of(session, Case, (row.case_id for row in rows))
    return [
        AppealOut(
            key=row.key,
            statement=statements[row.statement_id],
            case=cases[row.case_id],
            created_at=row.created_at,
            outcome=row.outcome,
            closed_at=row.closed_at,
            message=_text(session, row.text_id) if with_texts else None,
        )
        for row in rows
    ]


def show_statement(session: Session, row: StatementRecord) -> StatementOut:
    item = session.get_one(ItemRecord, row.item_id)
    decision = session.get_one(DecisionRecord, row.decision_id)
    current = session.get(CurrentDecision, (item.id, decision.revision))
    appeals = session.scalars(select(Appeal).where(Appeal.statement_id == row.id)).all()
    author = session.get(Author, row.author_id) if row.author_id is not None else None
    told = _text(session, row.text_id)
    return StatementOut(
        key=row.key,
        decision=decision.key,
        item=item.key,
        author=author.key if author else None,
        rule=row.rule,
        automated=row.automated,
        stands=current is not None and current.decision_id == decision.id,
        created_at=row.created_at,
        appeal_until=row.appeal_until,
        appeal=next(iter(show_appeals(session, appeals)), None),
        statement=json.loads(told) if told is not None else None,
    )


def _ruling(session: Session, case: Case, row: Ruling, with_texts: bool) -> RulingOut:
    return RulingOut(
        case=case.key,
        user=session.get_one(User, row.user_id).key,
        action=row.action,
        rule=row.rule,
        decision=session.get_one(DecisionRecord, row.decision_id).key,
        created_at=row.created_at,
        note=_text(session, row.text_id) if with_texts else None,
    )


def _text(session: Session, id: int | None) -> str | None:
    found = session.get(Text, id) if id is not None else None
    return found.content if found else None
