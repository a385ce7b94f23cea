"""State that is not what the log says is found and rebuilt; damage of the log itself is told, and nothing more."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from comity.errors import Conflict
from comity.intake.accept import accept, content_in
from comity.store.check import Difference, check
from comity.store.tables import (
    Appeal,
    Case,
    CurrentDecision,
    DecisionRecord,
    ItemRecord,
    Pending,
    Report,
    Revision,
    StatementRecord,
    StrikeRecord,
    now,
)
from comity.wire.items import KeptItemIn
from tests.intake.conftest import kept_database  # noqa: F401 - fixture
from tests.intake.site import ADVERT, DOUBTFUL, FRAUD, FRIENDLY, INSULT, Site, emptied
from tests.store.rows import contents

STATE = ("items", "current_decisions", "pending")


@pytest.fixture
def busy(site):
    """Items that were edited, deleted, reviewed, reported, appealed, and one that waits to be decided."""
    site.send("edited", FRIENDLY)
    site.edit("edited", INSULT)
    site.edit("edited", ADVERT)
    site.send("deleted", INSULT)
    site.delete("deleted")
    site.send("ruled", DOUBTFUL)
    site.report("ruled")
    site.review("remove", "no-insults")
    site.send("appealed", INSULT, "bob")
    site.appeal(site.statement("appealed").key)
    site.review("allow")
    site.send("asked", FRIENDLY)
    site.report("asked")
    accepted(site, "waiting", FRIENDLY)
    accepted(site, "deleted-before", FRIENDLY)
    site.delete("deleted-before")
    accepted(site, "completed", None, fetch="https://forum.example/7")
    site.edit("completed", FRIENDLY)
    return site


def accepted(site, id, text, **fields):
    """The site sends an item that is to be decided later."""
    new = KeptItemIn(id=id, text=text, author="ann", **fields)
    site.write(lambda session: accept(session, new, content_in(new), "garden", site.now))


def of(key):
    return select(ItemRecord.id).where(ItemRecord.key == key).scalar_subquery()


def item(key, **values):
    return update(ItemRecord).where(ItemRecord.key == key).values(**values)


def current(key, revision=1):
    return CurrentDecision.item_id == of(key), CurrentDecision.revision == revision


def decision(key, revision=1):
    return (
        select(DecisionRecord.id)
        .where(DecisionRecord.item_id == of(key), DecisionRecord.revision == revision)
        .order_by(DecisionRecord.id)
        .limit(1)
        .scalar_subquery()
    )


def pending(key):
    revision = select(Revision.id).where(Revision.item_id == of(key)).limit(1)
    return delete(Pending).where(Pending.revision_id.in_(revision))


CORRUPTED = {
    "items.revision": item("edited", revision=2),
    "items.revision of none": item("edited", revision=7),
    "items.decision_id": item("edited", decision_id=decision("edited", 2)),
    "items.decision_id missing": item("ruled", decision_id=None),
    "items.action": item("edited", action="allow"),
    "items.action missing": item("ruled", action=None),
    "items.deleted_at missing": item("deleted", deleted_at=None),
    "items.deleted_at extra": item("ruled", deleted_at=now()),
    "current decision missing": delete(CurrentDecision).where(*current("edited", 2)),
    "current decisions missing": delete(CurrentDecision),
    "current decision superseded": (
        update(CurrentDecision).where(*current("ruled")).values(decision_id=decision("ruled"))
    ),
    "current decision extra": (
        update(CurrentDecision).where(*current("edited")).values(item_id=of("deleted"), revision=2)
    ),
}


def applied(site, *statements):
    def work(session):
        for statement in statements:
            session.execute(statement, execution_options={"synchronize_session": False})

    site.write(work)


def found(site, **options):
    return list(check(site.database, **options))


def state(site):
    return {table: contents(site.database)[table] for table in STATE}


def test_nothing_is_found_where_nothing_is_wrong(busy):
    before = contents(busy.database)
    assert found(busy) == []
    assert found(busy, rebuild=True) == []
    assert contents(busy.database) == before


@pytest.mark.parametrize("name", CORRUPTED)
def test_state_that_is_not_what_the_log_says_is_found_and_rebuilt(busy, name):
    before = state(busy)
    applied(busy, CORRUPTED[name])
    corrupted = state(busy)
    assert corrupted != before
    looked = found(busy)
    assert looked
    assert all(each.of_state and not each.rebuilt for each in looked)
    assert state(busy) == corrupted
    rebuilt = found(busy, rebuild=True)
    assert all(each.rebuilt for each in rebuilt)
    assert [each.what for each in rebuilt] == [each.what for each in looked]
    assert state(busy) == before
    assert found(busy) == []


def test_decisions_that_two_items_have_of_each_other_go_back(busy):
    before = state(busy)
    one, other = (busy.item(key).decision_id for key in ("ruled", "edited"))
    swap = update(CurrentDecision).where(CurrentDecision.decision_id == one).values(decision_id=other)
    applied(busy, delete(CurrentDecision).where(CurrentDecision.decision_id == other), swap)
    assert {each.item for each in found(busy, rebuild=True)} == {"ruled", "edited"}
    assert state(busy) == before


def test_an_item_that_nobody_would_decide_waits_again(busy):
    applied(busy, pending("waiting"))
    assert found(busy) == [Difference("waiting", "revision 1 is neither decided nor waiting for it", True)]
    found(busy, rebuild=True)
    assert len(busy.rows(Pending)) == 1
    assert found(busy) == []


def test_a_decided_item_waits_no_more(busy):
    before = state(busy)
    again = select(Revision.id).where(Revision.item_id == of("ruled")).scalar_subquery()
    applied(busy, insert(Pending).values(revision_id=again, attempts=0, due_at=now()))
    assert found(busy, rebuild=True) == [
        Difference("ruled", "revision 1 waits for a decision that it does not need", True, True)
    ]
    assert state(busy) == before


DAMAGED = {
    "not numbered from 1": update(Revision)
    .where(Revision.item_id == of("deleted"), Revision.number == 2)
    .values(number=3),
    "revision 7 was decided": update(DecisionRecord)
    .where(DecisionRecord.item_id == of("edited"), DecisionRecord.revision == 2)
    .values(revision=7),
    "do not supersede each other": update(DecisionRecord)
    .where(DecisionRecord.item_id == of("ruled"))
    .values(supersedes_id=None),
    "has no statement of reasons": delete(StatementRecord).where(
        StatementRecord.item_id.in_([of("edited"), of("deleted")])
    ),
    "of the superseded decision": update(StrikeRecord).values(revoked_at=None),
    "has no outcome, and its case is closed": update(Report)
    .where(Report.item_id == of("ruled"))
    .values(outcome=None),
    "has an outcome, and its case is open": update(Report)
    .where(Report.item_id == of("asked"))
    .values(outcome="upheld"),
    "the appeal": update(Appeal).values(outcome=None),
    "has a ruling and is open": update(Case).where(Case.item_id == of("ruled")).values(closed_at=None),
}


@pytest.mark.parametrize("told", DAMAGED)
def test_damage_of_the_log_is_told_and_nothing_is_mended_by_it(busy, told):
    applied(busy, DAMAGED[told])
    damaged = contents(busy.database)
    looked = found(busy, rebuild=True)
    assert looked
    assert any(told in each.what for each in looked)
    assert not any(each.of_state or each.rebuilt for each in looked)
    assert contents(busy.database) == damaged


def test_an_item_whose_log_is_damaged_is_left_alone_while_others_are_rebuilt(busy):
    applied(
        busy, DAMAGED["not numbered from 1"], item("deleted", action="allow"), item("ruled", action="allow")
    )
    assert {each.item: each.rebuilt for each in found(busy, rebuild=True)} == {
        "deleted": False,
        "ruled": True,
    }
    assert busy.item("deleted").action == "allow"


def test_progress_is_told_batch_by_batch(busy, monkeypatch):
    monkeypatch.setattr("comity.store.check._AT_ONCE", 3)
    told = []
    applied(busy, item("waiting", revision=4), item("edited", action=None))
    looked = found(busy, progress=lambda done, items: told.append((done, items)))
    assert told == [(3, 8), (6, 8), (8, 8)]
    assert {each.item for each in looked} == {"edited", "waiting"}


some = st.integers(0, 5)
HAPPENS = st.one_of(
    st.tuples(st.just("send"), some, st.sampled_from([INSULT, DOUBTFUL, FRIENDLY, ADVERT, FRAUD])),
    st.tuples(st.just("accept"), some, st.just(FRIENDLY)),
    st.tuples(st.just("edit"), some, st.sampled_from([INSULT, DOUBTFUL, FRIENDLY])),
    st.tuples(st.just("delete"), some),
    st.tuples(st.just("report"), some),
    st.tuples(st.just("rule"), st.sampled_from(["allow", "remove"])),
    st.tuples(st.just("appeal"), some),
)


def happen(site, *what):
    there = {row.key for row in site.rows(ItemRecord)}
    match what:
        case "rule", action:
            if case := site.take():
                site.rule(case.key, action, None if action == "allow" else "no-insults")
        case "appeal", number:
            if statements := site.rows(StatementRecord):
                site.appeal(statements[number % len(statements)].key)
        case "send", number, text if f"post-{number}" not in there:
            site.send(f"post-{number}", text)
        case "accept", number, text if f"post-{number}" not in there:
            accepted(site, f"post-{number}", text)
        case ("edit" | "delete" | "report") as act, number, *text if f"post-{number}" in there:
            getattr(site, act)(f"post-{number}", *text)


def test_whatever_happened_the_state_can_be_rebuilt_from_the_log(kept_database):  # noqa: F811
    @settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
    @given(st.lists(HAPPENS, min_size=5, max_size=25))
    def holds(history):
        site = Site(emptied(kept_database))
        for act in history:
            with suppress(Conflict):
                happen(site, *act)
        assert found(site) == []
        before = state(site)
        forget = {"revision": 0, "decision_id": None, "action": None, "deleted_at": None}
        applied(site, delete(CurrentDecision), update(ItemRecord).values(**forget))
        found(site, rebuild=True)
        assert state(site) == before

    holds()
