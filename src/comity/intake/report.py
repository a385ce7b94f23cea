"""Reports: somebody flags an item, a case is opened, and once it is closed the reporter is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comity.intake.accept import find_item
from comity.intake.cases import open_case, reviewed_revision
from comity.policy import Reason
from comity.store.authors import author_called
from comity.store.events import tell
from comity.store.tables import Case, ItemRecord, Report, new_key
from comity.store.texts import keep_text

Source = Literal["human", "automation", "trusted_flagger"]
SOURCES: tuple[Source, ...] = get_args(Source)
_TRUSTED = 2.0
_PRIOR_UPHELD, _PRIOR_CLOSED = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class NewReport:
    """`reason` is a leaf of the policy's tree; `reporter` the id that the site knows the reporter by."""

    item: str
    reason: Reason
    reporter: str | None = None
    source: Source = "human"
    comment: str = ""


def report(session: Session, new: NewReport, now: datetime) -> tuple[Report, bool]:
    """The report, and whether it is new: a reporter who gives the same reason for the same revision twice has
    reported once. Raises NotFound.

    It names the revision that is newest now, before a deletion: later edits do not change what was reported. It opens a
    case, or joins the open one and raises its priority by the trust in the reporter.
    """
    item = find_item(session, new.item, for_update=True)
    revision = reviewed_revision(session, item)
    reporter = author_called(session, new.reporter, now=now) if new.reporter is not None else None
    if reporter is not None:
        same = select(Report).where(
            Report.item_id == item.id,
            Report.revision == revision.number,
            Report.reporter_id == reporter.id,
            Report.reason == new.reason.id,
        )
        if found := session.scalars(same).one_or_none():
            return found, False
    trust = reputation(session, reporter.id) if reporter is not None else _PRIOR_UPHELD / _PRIOR_CLOSED
    weight = _TRUSTED if new.source == "trusted_flagger" else trust
    rule = new.reason.rules[0] if new.reason.rules else None
    case = open_case(session, item, None, cause="report", now=now, rule=rule)
    case.priority += weight
    whose = reporter.id if reporter else None
    text_id = keep_text(session, "report", item, new.comment, now, author_id=whose)
    found = Report(
        key=f"rep-{new_key()}",
        item_id=item.id,
        revision=revision.number,
        author_id=item.author_id,
        reporter_id=reporter.id if reporter else None,
        source=new.source,
        reason=new.reason.id,
        rule=rule,
        dsa=new.reason.dsa,
        text_id=text_id,
        case_id=case.id,
        created_at=now,
    )
    session.add(found)
    session.flush()
    data = {"report": found.key, "item": item.key, "reason": found.reason, "case": case.key}
    tell(session, "report.received", f"item:{item.key}", data, now=now)
    return found, True


def reputation(session: Session, reporter_id: int) -> float:
    """The share of a reporter's reports that were upheld, in (0, 1); 0.5 for one of whom nothing is known."""
    count = func.count(Report.id)
    query = select(Report.outcome, count).where(
        Report.reporter_id == reporter_id, Report.outcome.is_not(None)
    )
    counts = {row[0]: row[1] for row in session.execute(query.group_by(Report.outcome))}
    closed = sum(counts.values())
    return (counts.get("upheld", 0) + _PRIOR_UPHELD) / (closed + _PRIOR_CLOSED)


def close_reports(
    session: Session, item: ItemRecord, case: Case, *, revision: int, upheld: bool, now: datetime, actor: str
) -> None:
    """Closes the open reports of `case` about `revision` or an earlier one, and tells what became of each."""
    query = select(Report).where(
        Report.case_id == case.id, Report.outcome.is_(None), Report.revision <= revision
    )
    for found in session.scalars(query.order_by(Report.id)):
        found.outcome, found.closed_at = "upheld" if upheld else "rejected", now
        data = {"report": found.key, "item": item.key, "outcome": found.outcome, "source": found.source}
        tell(session, "report.closed", f"item:{item.key}", data, now=now, actor=actor)
