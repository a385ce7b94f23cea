"""The only writer of decisions: a decision and all that follows from it, in the transaction of the caller."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from comity.content.item import Role
from comity.decide import Decision
from comity.decide.ladder import AUTOMATION, Consequences
from comity.decide.statement import FoundBy, compose
from comity.decide.transcript import transcript
from comity.intake.cases import open_case
from comity.intake.effects import carry_over
from comity.policy import Policy
from comity.policy.write import write
from comity.store.events import tell
from comity.store.tables import (
    CurrentDecision,
    DecisionRecord,
    ItemRecord,
    Pending,
    PlanRecord,
    PolicyVersion,
    Report,
    Revision,
    StatementRecord,
    ViolationRecord,
    new_key,
)
from comity.store.texts import keep_text
from comity.store.upsert import add_if_absent

Cause = Literal["intake", "ruling", "appeal", "backfill"]
APPEAL_DAYS = 183
"""How long the author can appeal: six months, the least that the Digital Services Act allows (article 20)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    decision: DecisionRecord
    statement: StatementRecord | None


def record(
    session: Session,
    item: ItemRecord,
    revision: Revision,
    decision: Decision,
    policy: Policy,
    *,
    now: datetime,
    cause: Cause = "intake",
) -> Recorded:
    """Adds `decision` to the log as the current one of `revision`, and does what follows from it:

    the statement of reasons, the case if a person is to decide, strikes and restrictions (those of the decision that it
    supersedes are taken back), and the events that tell of them. A decision of the policy's shadow rules is written
    down and nothing follows from it.
    """
    decision = replace(decision, item_revision=revision.number, decided_at=decision.decided_at or now)
    before = _current(session, item.id, revision.number)
    row = _logged(session, item, revision, decision, policy, before, cause, now)
    if decision.shadow:
        return Recorded(row, None)
    _make_current(session, item, revision, row)
    session.execute(delete(Pending).where(Pending.revision_id == revision.id))
    follows = carry_over(session, item, row, decision, policy, before, now)
    statement = _statement(session, item, row, decision, policy, follows, now)
    tell(
        session,
        "item.decided",
        f"item:{item.key}",
        {
            "item": item.key,
            "revision": revision.number,
            "decision": row.key,
            "action": row.action,
            "account_action": row.account_action,
            "rules": list(dict.fromkeys(violation.rule for violation in decision.violations)),
            "supersedes": before.key if before else None,
            "cause": cause,
        },
        now=now,
        actor=decision.actor,
    )
    if statement is not None:
        tell(
            session,
            "statement.issued",
            f"item:{item.key}",
            {"item": item.key, "decision": row.key, "statement": statement.key},
            now=now,
            actor=decision.actor,
        )
    if decision.action == "review" and cause in ("intake", "backfill"):
        open_case(session, item, decision, cause="review", now=now)
    return Recorded(row, statement)


def _current(session: Session, item_id: int, revision: int) -> DecisionRecord | None:
    current = session.get(CurrentDecision, (item_id, revision))
    return session.get(DecisionRecord, current.decision_id) if current else None


def _logged(
    session: Session,
    item: ItemRecord,
    revision: Revision,
    decision: Decision,
    policy: Policy,
    before: DecisionRecord | None,
    cause: Cause,
    now: datetime,
) -> DecisionRecord:
    text_id = keep_text(session, "decision", item, transcript(decision), now, author_id=item.author_id)
    row = DecisionRecord(
        key=decision.id or new_key(),
        item_id=item.id,
        revision=revision.number,
        author_id=item.author_id,
        supersedes_id=before.id if before and not decision.shadow else None,
        cause=cause,
        actor=decision.actor,
        action=decision.action,
        account_action=decision.actions[1] if len(decision.actions) > 1 else None,
        confidence=decision.confidence,
        policy=policy.name,
        version=policy.version,
        plan=_plan(session, decision, policy),
        shadow=decision.shadow,
        settled_by=decision.settled_by,
        ms=decision.ms,
        cost=decision.cost,
        text_id=text_id,
        decided_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        ViolationRecord(
            decision_id=row.id,
            policy=policy.name,
            rule=violation.rule,
            criterion=violation.criterion,
            action=violation.action,
            score=violation.score,
            severity=int(violation.severity),
            shadow=decision.shadow,
            decided_at=now,
        )
        for violation in decision.violations
    )
    return row


def _make_current(session: Session, item: ItemRecord, revision: Revision, row: DecisionRecord) -> None:
    current = session.get(CurrentDecision, (item.id, revision.number))
    if current is None:
        session.add(CurrentDecision(item_id=item.id, revision=revision.number, decision_id=row.id))
    else:
        current.decision_id = row.id
    if item.revision == revision.number:
        item.decision_id, item.action = row.id, row.action
    session.flush()


def _statement(
    session: Session,
    item: ItemRecord,
    row: DecisionRecord,
    decision: Decision,
    policy: Policy,
    follows: Consequences,
    now: datetime,
) -> StatementRecord | None:
    until = now + timedelta(days=APPEAL_DAYS)
    told = compose(
        decision,
        policy,
        follows,
        role=cast(Role, item.role),
        posted_at=item.created_at,
        appeal_until=until,
        found_by=_found_by(session, row),
        lang=item.lang,
    )
    if told is None:
        return None
    content = json.dumps(told.to_json(), ensure_ascii=False)
    statement = StatementRecord(
        key=f"sor-{new_key()}",
        decision_id=row.id,
        item_id=item.id,
        author_id=item.author_id,
        rule=told.cited[0].rule if told.cited else None,
        automated=decision.actor == AUTOMATION,
        appeal_until=until,
        text_id=keep_text(session, "statement", item, content, now, author_id=item.author_id),
        created_at=now,
    )
    session.add(statement)
    session.flush()
    return statement


def _found_by(session: Session, row: DecisionRecord) -> FoundBy:
    """How the item came to the attention of who decided `row`."""
    if row.actor == AUTOMATION:
        return "detection"
    reported = (
        select(Report.source)
        .where(Report.item_id == row.item_id, Report.revision <= row.revision)
        .order_by(Report.id)
        .limit(1)
    )
    if source := session.scalars(reported).first():
        return cast(FoundBy, source)
    noticed = (
        select(DecisionRecord.id)
        .where(
            DecisionRecord.item_id == row.item_id,
            DecisionRecord.revision == row.revision,
            DecisionRecord.actor == AUTOMATION,
            DecisionRecord.action != "allow",
        )
        .limit(1)
    )
    return "staff" if session.scalars(noticed).first() is None else "detection"


def _plan(session: Session, decision: Decision, policy: Policy) -> str | None:
    """The digest of the decision's plan, which is kept with the policy that it was made from."""
    if not decision.plan:
        return None
    if session.get(PlanRecord, decision.plan) is None:
        source = write(policy)
        digest = sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
        add_if_absent(
            session, PolicyVersion, name=policy.name, version=policy.version, digest=digest, source=source
        )
        kept = select(PolicyVersion.id).where(
            PolicyVersion.name == policy.name, PolicyVersion.digest == digest
        )
        add_if_absent(session, PlanRecord, digest=decision.plan, policy_id=session.scalars(kept).one())
    return decision.plan
