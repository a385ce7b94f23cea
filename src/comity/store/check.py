"""Comparing state with the log that it follows from, and rebuilding it where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comity.store.tables import (
    Case,
    CurrentDecision,
    DecisionRecord,
    ItemRecord,
    Pending,
    Report,
    Revision,
    Ruling,
    StatementRecord,
    StrikeRecord,
)

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is wrong with the item called `item`. `rebuilt`: state, which was set to what the log says; the log itself
    is never changed.
    """

    item: str
    what: str
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    revision: int
    deleted_at: datetime | None
    decision_id: int | None
    action: str | None


def check(
    session: Session, *, rebuild: bool = False, progress: Callable[[int, int], None] | None = None
) -> Iterator[Difference]:
    """Every difference between the log and the state, item by item; with `rebuild` the state is mended.

    progress: called with how many items were compared, of how many.
    """
    items = session.scalars(select(func.count(ItemRecord.id))).one()
    done, after = 0, 0
    while rows := session.scalars(
        select(ItemRecord).where(ItemRecord.id > after).order_by(ItemRecord.id).limit(_AT_ONCE)
    ).all():
        yield from _compare(session, {row.id: row for row in rows}, rebuild)
        done, after = done + len(rows), rows[-1].id
        session.flush()
        session.expire_all()
        if progress is not None:
            progress(done, items)


def _compare(session: Session, items: dict[int, ItemRecord], rebuild: bool) -> Iterator[Difference]:
    ids = list(items)
    revisions: dict[int, list[Revision]] = {id: [] for id in ids}
    for revision in session.scalars(
        select(Revision).where(Revision.item_id.in_(ids)).order_by(Revision.number)
    ):
        revisions[revision.item_id].append(revision)
    decisions: dict[tuple[int, int], list[DecisionRecord]] = {}
    for decision in session.scalars(
        select(DecisionRecord)
        .where(DecisionRecord.item_id.in_(ids), DecisionRecord.shadow.is_(False))
        .order_by(DecisionRecord.id)
    ):
        decisions.setdefault((decision.item_id, decision.revision), []).append(decision)
    current = {
        (row.item_id, row.revision): row
        for row in session.scalars(select(CurrentDecision).where(CurrentDecision.item_id.in_(ids)))
    }
    pending = set(
        session.scalars(
            select(Pending.revision_id)
            .join(Revision, Revision.id == Pending.revision_id)
            .where(Revision.item_id.in_(ids))
        )
    )
    for id, item in items.items():
        yield from _of_item(session, item, revisions[id], decisions, current, pending, rebuild)
    yield from _of_cases(session, items)
    yield from _of_effects(session, items)


def _of_item(
    session: Session,
    item: ItemRecord,
    revisions: list[Revision],
    decisions: dict[tuple[int, int], list[DecisionRecord]],
    current: dict[tuple[int, int], CurrentDecision],
    pending: set[int],
    rebuild: bool,
) -> Iterator[Difference]:
    if [revision.number for revision in revisions] != list(range(1, len(revisions) + 1)) or not revisions:
        yield Difference(item.key, "its revisions are not numbered from 1 without a gap")
        return
    for revision in revisions:
        of_revision = decisions.get((item.id, revision.number), [])
        undecided = revision.change == "delete" or revision.id in pending
        if not of_revision and not undecided:
            yield Difference(item.key, f"revision {revision.number} is neither decided nor waiting for it")
        if of_revision and revision.id in pending:
            yield Difference(item.key, f"revision {revision.number} waits for a decision that it has")
        chain = [None, *(decision.id for decision in of_revision)]
        if [decision.supersedes_id for decision in of_revision] != chain[:-1]:
            yield Difference(
                item.key, f"the decisions of revision {revision.number} do not supersede each other in turn"
            )
        kept = current.get((item.id, revision.number))
        newest = of_revision[-1] if of_revision else None
        if (kept.decision_id if kept else None) != (newest.id if newest else None):
            if rebuild:
                _set_current(session, item, revision, kept, newest)
            yield Difference(
                item.key, f"the current decision of revision {revision.number} is another", rebuild
            )
    last = revisions[-1]
    of_last = decisions.get((item.id, last.number), [])
    should = _State(
        last.number,
        last.received_at if last.change == "delete" else None,
        of_last[-1].id if of_last else None,
        of_last[-1].action if of_last else None,
    )
    found = _State(item.revision, item.deleted_at, item.decision_id, item.action)
    if found != should:
        if rebuild:
            item.revision, item.deleted_at = should.revision, should.deleted_at
            item.decision_id, item.action = should.decision_id, should.action
        yield Difference(item.key, "its state is not that of its newest revision", rebuild)


def _set_current(
    session: Session,
    item: ItemRecord,
    revision: Revision,
    kept: CurrentDecision | None,
    newest: DecisionRecord | None,
) -> None:
    if kept is not None:
        session.delete(kept)
        session.flush()
    if newest is not None:
        session.add(CurrentDecision(item_id=item.id, revision=revision.number, decision_id=newest.id))
        session.flush()


def _of_cases(session: Session, items: dict[int, ItemRecord]) -> Iterator[Difference]:
    ruled = select(Ruling.case_id).where(Ruling.case_id == Case.id)
    for case in session.scalars(
        select(Case).where(Case.item_id.in_(items), Case.closed_at.is_(None), ruled.exists())
    ):
        yield Difference(items[case.item_id].key, f"the case {case.key} has a ruling and is open")
    for report in session.scalars(
        select(Report)
        .join(Case, Case.id == Report.case_id)
        .where(Report.item_id.in_(items), Case.closed_at.is_not(None) == Report.outcome.is_(None))
    ):
        yield Difference(items[report.item_id].key, f"the report {report.key} is not as its case")


def _of_effects(session: Session, items: dict[int, ItemRecord]) -> Iterator[Difference]:
    current = select(CurrentDecision.decision_id).where(CurrentDecision.decision_id == DecisionRecord.id)
    stale = (
        select(DecisionRecord)
        .join(StrikeRecord, StrikeRecord.decision_id == DecisionRecord.id)
        .where(DecisionRecord.item_id.in_(items), StrikeRecord.revoked_at.is_(None), ~current.exists())
    )
    for decision in session.scalars(stale):
        yield Difference(
            items[decision.item_id].key, f"a strike of the superseded decision {decision.key} counts"
        )
    told = select(StatementRecord.id).where(StatementRecord.decision_id == DecisionRecord.id)
    adverse = select(DecisionRecord).where(
        DecisionRecord.item_id.in_(items),
        DecisionRecord.shadow.is_(False),
        DecisionRecord.action.in_(("limit", "remove", "block")),
        ~told.exists(),
    )
    for decision in session.scalars(adverse):
        yield Difference(
            items[decision.item_id].key, f"the decision {decision.key} has no statement of reasons"
        )
