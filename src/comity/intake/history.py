"""What authors did, from the log, to try a ladder on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from comity.decide.ladder import AUTOMATION, STRIKING
from comity.decide.simulate import Incident
from comity.policy import AccountAction
from comity.store.tables import CurrentDecision, DecisionRecord, ItemRecord, ViolationRecord
from comity.taxonomy import Severity

_AT_ONCE = 1_000


def incidents(
    session: Session, *, since: datetime | None = None, community: str | None = None
) -> Iterator[Incident]:
    """The decisions against an author that count now: of `since` and later, in `community`, where they are given.

    What was overturned is none. Strikes are counted by community, so whoever writes in two of them is two authors here.
    The rules are those that gave a strike: of an automated decision only those that did more than ask a person.
    """
    query = (
        select(DecisionRecord, ItemRecord.community, ViolationRecord.rule, ViolationRecord.severity)
        .join(CurrentDecision, CurrentDecision.decision_id == DecisionRecord.id)
        .join(ItemRecord, ItemRecord.id == DecisionRecord.item_id)
        .outerjoin(
            ViolationRecord,
            and_(
                ViolationRecord.decision_id == DecisionRecord.id,
                DecisionRecord.action.in_(STRIKING),
                or_(DecisionRecord.actor != AUTOMATION, ViolationRecord.action.in_(STRIKING)),
            ),
        )
        .where(
            DecisionRecord.author_id.is_not(None),
            or_(DecisionRecord.action.in_(STRIKING), DecisionRecord.account_action.is_not(None)),
        )
        .order_by(DecisionRecord.id, ViolationRecord.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    if since is not None:
        query = query.where(DecisionRecord.decided_at >= since)
    if community is not None:
        query = query.where(ItemRecord.community == community)
    for _, rows in groupby(session.execute(query), key=lambda row: row[0].id):
        yield _incident(list(rows))


def _incident(rows: list[Any]) -> Incident:
    decision, community = rows[0][0], rows[0][1]
    return Incident(
        author=f"{decision.author_id} in {community}",
        decided_at=decision.decided_at,
        violations=tuple((rule, Severity(severity)) for _, _, rule, severity in rows if rule is not None),
        own=cast(AccountAction | None, decision.account_action),
    )
