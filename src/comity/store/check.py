"""Comparing state with the log that it follows from, and rebuilding it where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from comity.store.database import Database
from comity.store.tables import (
    Appeal,
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
    now,
)

_AT_ONCE = 1_000
_ADVERSE = ("limit", "remove", "block")


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is wrong with the item called `item`. `of_state`: the log says how it should be. Otherwise the log itself
    is damaged: that is told, and nothing of the item is rebuilt.
    """

    item: str
    what: str
    of_state: bool = False
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """All of an item that follows from the log: `current` are its current decisions by revision, `waiting` the
    revisions that wait for one.
    """

    revision: int
    deleted_at: datetime | None
    decision_id: int | None
    action: str | None
    current: Mapping[int, int]
    waiting: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of an item, oldest first."""

    item: Row[Any]
    revisions: list[Row[Any]] = field(default_factory=list)
    decisions: list[Row[Any]] = field(default_factory=list)
    current: dict[int, int] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)


def check(
    database: Database, *, rebuild: bool = False, progress: Callable[[int, int], None] | None = None
) -> Iterator[Difference]:
    """Every difference between the log and the state, item by item; with `rebuild` the state is set to what the log
    says. A thousand items at a time are seen as they are at one moment, so others may write meanwhile.

    progress: called with how many items were compared, of how many.
    """
    with database.read() as session:
        items = session.scalars(select(func.count(ItemRecord.id))).one()
    done, last = 0, 0
    while True:
        with database.snapshot() as connection, Session(connection) as session:
            following = select(ItemRecord.id).where(ItemRecord.id > last).order_by(ItemRecord.id)
            ids = session.scalars(following.limit(_AT_ONCE)).all()
            if not ids:
                return
            first, last = ids[0], ids[-1]
            found = list(_compare(session, first, last))
        if rebuild and any(each.of_state for each in found):
            found = _rebuild(database, first, last)
        yield from found
        done += len(ids)
        if progress is not None:
            progress(done, max(items, done))


def _rebuild(database: Database, first: int, last: int) -> list[Difference]:
    def work(session: Session) -> list[Difference]:
        # Whoever changes an item locks it, so what is compared now stays as it is.
        items = select(ItemRecord.id).where(ItemRecord.id.between(first, last))
        session.execute(items.order_by(ItemRecord.id).with_for_update())
        return list(_compare(session, first, last, rebuild=True))

    return database.transact(work)


def _compare(session: Session, first: int, last: int, *, rebuild: bool = False) -> Iterator[Difference]:
    """The differences in the items that are numbered from `first` to `last`."""
    changes: dict[int, tuple[_Kept, _State]] = {}
    for id, kept in _kept(session, first, last).items():
        damage = list(_damage(kept))
        yield from (Difference(kept.item.key, what) for what in damage)
        if damage:
            continue
        should = _by_log(kept)
        differences = list(_differences(_as_kept(kept), should))
        if differences:
            changes[id] = kept, should
        yield from (Difference(kept.item.key, what, True, rebuild) for what in differences)
    if rebuild:
        _put(session, changes)
    for query, what in _contradictions(first, last):
        for item, key in session.execute(query):
            yield Difference(item, what.format(key))


def _kept(session: Session, first: int, last: int) -> dict[int, _Kept]:
    def rows(of_item: InstrumentedAttribute[int], *columns: Any) -> Any:
        return select(of_item.label("item_id"), *columns).where(of_item.between(first, last))

    item, revision, decision = ItemRecord, Revision, DecisionRecord
    state = (item.key, item.revision, item.deleted_at, item.decision_id, item.action)
    kept = {row.item_id: _Kept(row) for row in session.execute(rows(item.id, *state).order_by(item.id))}
    found = rows(revision.item_id, revision.id, revision.number, revision.change, revision.received_at)
    for row in session.execute(found.order_by(revision.number)):
        kept[row.item_id].revisions.append(row)
    found = rows(decision.item_id, decision.id, decision.revision, decision.supersedes_id, decision.action)
    for row in session.execute(found.where(decision.shadow.is_(False)).order_by(decision.id)):
        kept[row.item_id].decisions.append(row)
    current = rows(CurrentDecision.item_id, CurrentDecision.revision, CurrentDecision.decision_id)
    for row in session.execute(current):
        kept[row.item_id].current[row.revision] = row.decision_id
    waiting = rows(revision.item_id, revision.number).join(Pending, Pending.revision_id == revision.id)
    for row in session.execute(waiting):
        kept[row.item_id].waiting.add(row.number)
    return kept


def _damage(kept: _Kept) -> Iterator[str]:
    """What contradicts itself in the log of the item."""
    numbers = [revision.number for revision in kept.revisions]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        yield "its revisions are not numbered from 1 without a gap"
    chains = defaultdict(list)
    for decision in kept.decisions:
        chains[decision.revision].append(decision)
    for revision, chain in chains.items():
        if revision not in numbers:
            yield f"revision {revision} was decided and is not there"
        before = [None, *(decision.id for decision in chain)]
        if [decision.supersedes_id for decision in chain] != before[:-1]:
            yield f"the decisions of revision {revision} do not supersede each other in turn"


def _by_log(kept: _Kept) -> _State:
    """The state that follows from an undamaged log."""
    newest = {decision.revision: decision for decision in kept.decisions}
    last = kept.revisions[-1]
    decided = newest.get(last.number)
    # A revision that was still to come is replaced by the one that completes it; a deletion ends all waiting.
    ends = {revision.number - 1 for revision in kept.revisions if revision.change == "completed"}
    waiting = {revision.number for revision in kept.revisions} - set(newest) - ends
    return _State(
        revision=last.number,
        deleted_at=last.received_at if last.change == "delete" else None,
        decision_id=decided.id if decided else None,
        action=decided.action if decided else None,
        current={number: decision.id for number, decision in newest.items()},
        waiting=frozenset(waiting if last.change != "delete" else ()),
    )


def _as_kept(kept: _Kept) -> _State:
    item = kept.item
    return _State(
        item.revision, item.deleted_at, item.decision_id, item.action, kept.current, frozenset(kept.waiting)
    )


def _differences(found: _State, should: _State) -> Iterator[str]:
    for name in ("revision", "deleted_at", "decision_id", "action"):
        is_now, by_log = getattr(found, name), getattr(should, name)
        if is_now != by_log:
            yield f"`{name}` is {is_now}, by the log {by_log}"
    for number in sorted(found.current.keys() | should.current.keys()):
        is_now, by_log = found.current.get(number), should.current.get(number)
        if is_now != by_log:
            yield f"the current decision of revision {number} is {is_now}, by the log {by_log}"
    for number in sorted(found.waiting ^ should.waiting):
        if number in should.waiting:
            yield f"revision {number} is neither decided nor waiting for it"
        else:
            yield f"revision {number} waits for a decision that it does not need"


def _put(session: Session, changes: Mapping[int, tuple[_Kept, _State]]) -> None:
    """Sets the state of items by their numbers."""
    if not changes:
        return
    states = {id: should for id, (_, should) in changes.items()}
    columns = ("revision", "deleted_at", "decision_id", "action")
    session.execute(
        update(ItemRecord),
        [{"id": id, **{name: getattr(should, name) for name in columns}} for id, should in states.items()],
    )
    # Another item may be said to have a decision of one of these.
    theirs = select(DecisionRecord.id).where(DecisionRecord.item_id.in_(states))
    session.execute(
        delete(CurrentDecision).where(
            or_(CurrentDecision.item_id.in_(states), CurrentDecision.decision_id.in_(theirs))
        )
    )
    session.add_all(
        CurrentDecision(item_id=id, revision=number, decision_id=decision)
        for id, should in states.items()
        for number, decision in should.current.items()
    )
    for kept, should in changes.values():
        numbers = {revision.number: revision.id for revision in kept.revisions}
        for number in kept.waiting - should.waiting:
            session.execute(delete(Pending).where(Pending.revision_id == numbers[number]))
        session.add_all(
            Pending(revision_id=numbers[number], due_at=now()) for number in should.waiting - kept.waiting
        )
    session.flush()


def _contradictions(first: int, last: int) -> Iterator[tuple[Any, str]]:
    """Queries for the keys of items and of what is wrong with them, and how that is told."""

    def of_items(key: Any) -> Any:
        return select(ItemRecord.key, key).where(ItemRecord.id.between(first, last)).order_by(ItemRecord.id)

    cases = of_items(Case.key).join(Case, Case.item_id == ItemRecord.id)
    ruled = exists().where(Ruling.case_id == Case.id)
    yield cases.where(Case.closed_at.is_(None), ruled), "the case {} has a ruling and is open"
    asked: tuple[tuple[type[Report | Appeal], str], ...] = ((Report, "report"), (Appeal, "appeal"))
    for table, name in asked:
        query = (
            of_items(table.key)
            .join(Case, Case.item_id == ItemRecord.id)
            .join(table, table.case_id == Case.id)
        )
        is_open = table.outcome.is_(None)
        yield (
            query.where(is_open, Case.closed_at.is_not(None)),
            f"the {name} {{}} has no outcome, and its case is closed",
        )
        yield (
            query.where(~is_open, Case.closed_at.is_(None)),
            f"the {name} {{}} has an outcome, and its case is open",
        )
    decisions = of_items(DecisionRecord.key).join(DecisionRecord, DecisionRecord.item_id == ItemRecord.id)
    later = aliased(DecisionRecord)
    superseded = exists().where(
        later.item_id == DecisionRecord.item_id,
        later.revision == DecisionRecord.revision,
        later.id > DecisionRecord.id,
        later.shadow.is_(False),
    )
    counts = and_(StrikeRecord.decision_id == DecisionRecord.id, StrikeRecord.revoked_at.is_(None))
    yield (
        decisions.join(StrikeRecord, counts).where(superseded),
        "a strike of the superseded decision {} counts",
    )
    stated = exists().where(StatementRecord.decision_id == DecisionRecord.id)
    adverse = decisions.where(DecisionRecord.shadow.is_(False), DecisionRecord.action.in_(_ADVERSE))
    yield adverse.where(~stated), "the decision {} has no statement of reasons"
