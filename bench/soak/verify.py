"""What must be true of the database and of the receiver once everything has been done that was begun."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bench.soak.forum import ADVERSE
from bench.soak.receiver import Effects
from bench.soak.told import Told
from comity.intake.accept import Content
from comity.intake.facts import facts_for
from comity.policy import Policy
from comity.store import Database
from comity.store.check import check
from comity.store.events import PUBLIC
from comity.store.tables import (
    Appeal,
    Author,
    Case,
    CurrentDecision,
    DecisionRecord,
    Delivery,
    Event,
    ItemRecord,
    Pending,
    Report,
    RestrictionRecord,
    Revision,
    Ruling,
    StatementRecord,
    StrikeRecord,
    Text,
    now,
)

_CHANGES = {"new", "edit", "completed", "delete"}


def differences(database: Database, policy: Policy, told: Told, effects: Effects) -> list[str]:
    """Everything that is not as it should be; empty if all is."""
    found = [*told.faults]
    with database.read() as session:
        for look in (
            _nothing_is_lost,
            _one_decision_each,
            _asked_and_answered,
            _events_tell_all,
            _effects_once,
        ):
            found += look(session, told)
        found += _delivered(session, effects)
        found += _counters(session, policy, told)
    found += [f"{each.item}: {each.what}" for each in check(database)]
    return [*found, *_held_by_two(told), *_rebuilt(database)]


def _nothing_is_lost(session: Session, told: Told) -> Iterator[str]:
    """The items, and what each of them read from revision to revision, are those that were acknowledged."""
    kept: defaultdict[str, list[str | None]] = defaultdict(list)
    rows = select(ItemRecord.key, Revision.number, Revision.change, Text.content)
    joined = rows.join(Revision, Revision.item_id == ItemRecord.id).outerjoin(
        Text, Text.id == Revision.text_id
    )
    for key, number, change, content in session.execute(joined.order_by(Revision.item_id, Revision.number)):
        if number != len(kept[key]) + 1 or change not in _CHANGES:
            yield f"{key}: revision {number} ({change}) does not follow the one before"
        kept[key].append(None if change == "delete" else Content.from_json(content).parts[0][1])
    for key, item in told.items.items():
        if kept.get(key) != item.texts:
            yield f"{key}: acknowledged were {item.texts}, kept are {kept.get(key)}"
    for key in kept.keys() - told.items.keys():
        yield f"{key}: nobody was told that it was kept"


def _one_decision_each(session: Session, told: Told) -> Iterator[str]:
    """Every revision but deletions (and what was deleted before it was decided) has exactly one current decision."""
    if waiting := session.scalars(select(func.count(Pending.revision_id))).one():
        yield f"{waiting} revisions are still pending"
    current = Counter(
        tuple(row) for row in session.execute(select(CurrentDecision.item_id, CurrentDecision.revision))
    )
    rows = select(Revision.item_id, Revision.number, Revision.change, ItemRecord.key, ItemRecord.deleted_at)
    for id, number, change, key, deleted_at in session.execute(
        rows.join(ItemRecord, ItemRecord.id == Revision.item_id)
    ):
        count = current.pop((id, number), 0)
        if count != (change != "delete") and not (count == 0 and deleted_at is not None):
            yield f"{key}: revision {number} has {count} current decisions"
    for id, number in current:
        yield f"a current decision is of no revision: item {id}, revision {number}"
    made = {
        key: (item, revision)
        for key, item, revision in session.execute(
            select(DecisionRecord.key, ItemRecord.key, DecisionRecord.revision).join(
                ItemRecord, ItemRecord.id == DecisionRecord.item_id
            )
        )
    }
    for key, item in told.items.items():
        for revision, decision in item.decisions:
            if made.get(decision) != (key, revision):
                yield f"{key}: the decision {decision} on revision {revision} was answered, and is not kept"


def _asked_and_answered(session: Session, told: Told) -> Iterator[str]:
    """Reports, appeals and rulings are those that were acknowledged, and all that was asked was answered."""
    yield from _same("reports", told.reports, session.scalars(select(Report.key)))
    yield from _same("appeals", told.appeals, session.scalars(select(Appeal.key)))
    yield from _same(
        "cases ruled in",
        told.rulings.keys(),
        session.scalars(select(Case.key).join(Ruling, Ruling.case_id == Case.id)),
    )
    for what, query in (
        ("cases are open", select(func.count(Case.id)).where(Case.closed_at.is_(None))),
        ("reports have no outcome", select(func.count(Report.id)).where(Report.outcome.is_(None))),
        ("appeals have no outcome", select(func.count(Appeal.id)).where(Appeal.outcome.is_(None))),
    ):
        if count := session.scalars(query).one():
            yield f"{count} {what}"


def _events_tell_all(session: Session, told: Told) -> Iterator[str]:  # noqa: ARG001 - as the others
    """The log of events tells of each thing that happened, once."""
    events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind, data in session.execute(select(Event.kind, Event.data)):
        events[kind].append(data)
    for kind, field, query in (
        ("item.decided", "decision", select(DecisionRecord.key).where(DecisionRecord.shadow.is_(False))),
        ("statement.issued", "statement", select(StatementRecord.key)),
        ("case.opened", "case", select(Case.key)),
        ("case.closed", "case", select(Case.key).where(Case.closed_at.is_not(None))),
        ("report.received", "report", select(Report.key)),
        ("report.closed", "report", select(Report.key).where(Report.outcome.is_not(None))),
        ("appeal.received", "appeal", select(Appeal.key)),
        ("appeal.closed", "appeal", select(Appeal.key).where(Appeal.outcome.is_not(None))),
        ("author.restricted", "restriction", select(RestrictionRecord.id)),
        (
            "author.released",
            "restriction",
            select(RestrictionRecord.id).where(
                RestrictionRecord.ended.in_(("expired", "reversed", "lifted"))
            ),
        ),
    ):
        yield from _same(f"events {kind}", [data[field] for data in events[kind]], session.scalars(query))


def _effects_once(session: Session, told: Told) -> Iterator[str]:  # noqa: ARG001 - as the others
    """A decision has at most one strike and one restriction, and an adverse one exactly one statement."""
    for what, table in (("strikes", StrikeRecord), ("restrictions", RestrictionRecord)):
        for decision, count in Counter(session.scalars(select(table.decision_id))).items():
            if count > 1:
                yield f"decision {decision} has {count} {what}"
    adverse = select(DecisionRecord.id).where(
        DecisionRecord.shadow.is_(False), DecisionRecord.action.in_(ADVERSE)
    )
    stated = set(session.scalars(select(StatementRecord.decision_id)))
    if missing := set(session.scalars(adverse)) - stated:
        yield f"{len(missing)} adverse decisions have no statement of reasons"


def _delivered(session: Session, effects: Effects) -> Iterator[str]:
    """The receiver did what each public event says, once, and for each subject in the order of the log."""
    public = {
        id: (subject, data)
        for id, kind, subject, data in session.execute(
            select(Event.id, Event.kind, Event.subject, Event.data).order_by(Event.id)
        )
        if kind in PUBLIC
    }
    yield from _same("events at the receiver", effects.applied, public)
    if effects.forged:
        yield f"{effects.forged} deliveries had a wrong signature"
    last: dict[str, int] = {}
    for id, body in effects.applied.items():
        subject, data = public.get(id, ("", None))
        if data != body["data"]:
            yield f"event {id} arrived with other data"
        if last.get(subject, 0) > id:
            yield f"{subject}: event {id} arrived after {last[subject]}"
        last[subject] = id
    left = select(func.count(Delivery.id)).where(Delivery.delivered_at.is_(None))
    if count := session.scalars(left).one():
        yield f"{count} deliveries are not delivered"


def _counters(session: Session, policy: Policy, told: Told) -> Iterator[str]:
    """What the store counts of each author is what the clients' own record says, and what all its rows say."""
    items = Counter(item.author for item in told.items.values())
    taken = Counter(
        session.scalars(
            select(Author.key)
            .select_from(CurrentDecision)
            .join(DecisionRecord, DecisionRecord.id == CurrentDecision.decision_id)
            .join(Author, Author.id == DecisionRecord.author_id)
            .where(DecisionRecord.action.in_(("remove", "block")))
            .group_by(Author.key, DecisionRecord.item_id)
        )
    )
    reports = Counter(session.scalars(select(Author.key).join(Report, Report.author_id == Author.id)))
    undecided = _undecided(session)
    for author in session.scalars(select(Author)):
        facts = facts_for(session, policy, Content(()), author=author, thread=None, community=None, now=now())
        should = {
            "items": items[author.key] - undecided[author.key],
            "removals": taken[author.key],
            "reports": reports[author.key],
        }
        if dict(facts.history) != should:
            yield f"{author.key}: the store counts {dict(facts.history)}, a recount {should}"
        recent = facts.counters.get("posts_1h")
        if recent is not None and recent > items[author.key]:
            yield f"{author.key}: {recent} posts in an hour, {items[author.key]} in all"


def _undecided(session: Session) -> Counter[str]:
    """Of each author, the items that were deleted before anybody decided them: they are no part of a history."""
    decided = select(CurrentDecision.item_id).where(CurrentDecision.item_id == ItemRecord.id)
    query = select(Author.key).join(ItemRecord, ItemRecord.author_id == Author.id).where(~decided.exists())
    return Counter(session.scalars(query))


def _rebuilt(database: Database) -> Iterator[str]:
    """All state is forgotten and rebuilt from the log."""

    def state() -> list[Any]:
        item, current = ItemRecord, CurrentDecision
        items = select(item.id, item.revision, item.decision_id, item.action, item.deleted_at)
        decisions = select(current.item_id, current.revision, current.decision_id)
        with database.read() as session:
            return [
                *session.execute(items.order_by(item.id)),
                *session.execute(decisions.order_by(current.item_id, current.revision)),
            ]

    before = state()
    with database.write() as session:
        session.execute(delete(CurrentDecision))
        session.execute(update(ItemRecord).values(revision=0, decision_id=None, action=None, deleted_at=None))
    for difference in check(database, rebuild=True):
        if not difference.rebuilt:
            yield f"rebuilding: {difference.item}: {difference.what}"
    if state() != before:
        yield "the state that was rebuilt from the log is another one"


def _held_by_two(told: Told) -> Iterator[str]:
    by_case = defaultdict(list)
    for held in told.held:
        by_case[held.case].append(held)
    for case, times in by_case.items():
        for first, second in pairwise(sorted(times, key=lambda held: held.since)):
            if first.user != second.user and second.since < first.until:
                yield f"{case} was held by {first.user} and by {second.user} at the same time"


def _same(what: str, one: Any, other: Any) -> Iterator[str]:
    told, kept = Counter(list(one)), Counter(list(other))
    if lost := told - kept:
        yield f"{what}: {lost.total()} were told and are not kept, such as {list(lost)[:3]}"
    if extra := kept - told:
        yield f"{what}: {extra.total()} are kept and were not told, or not so often, such as {list(extra)[:3]}"
