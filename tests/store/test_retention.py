"""Texts are purged when their time is over, by community and kind; held ones stay, and those that are still needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from comity.errors import InputError, NotFound
from comity.intake.accept import accept, content_in
from comity.intake.once import answer_once
from comity.store import NewAnnotation, add_annotation
from comity.store.golden import NewGoldenItem, add_golden
from comity.store.purge import AT_ONCE, count_due, purge
from comity.store.retention import hold, lift_hold, list_holds, list_retention, retain
from comity.store.tables import Annotation, Answered, DecisionRecord, Event, ItemText, Revision, Text
from comity.wire.items import KeptItemIn
from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def keep_for(site, days, kind="item", community=""):
    site.write(lambda session: retain(session, kind, days, community=community))


def purged(site):
    """How many of each kind were purged."""
    counts = {}
    for kind, count in purge(site.database, site.now):
        counts[kind] = counts.get(kind, 0) + count
    return counts


def said(site):
    """The items whose text is kept."""
    return [
        key
        for key in ("post-1", "post-2", "post-3")
        if site.rows(Revision, Revision.item_id == site.item(key).id)[0].text_id is not None
    ]


def held(site, kind, subject):
    return site.write(lambda session: hold(session, kind, subject, "A court asks.", "operator", site.now))


def lifted(site, id):
    site.write(lambda session: lift_hold(session, id, "operator", site.now))


def test_without_a_rule_everything_is_kept(site):
    site.send("post-1", INSULT)
    site.later(days=36_000)
    assert purged(site) == {}


def test_each_kind_has_its_own_time(site):
    site.send("post-1", INSULT)
    keep_for(site, 30)
    keep_for(site, 10, "decision")
    site.later(days=10, seconds=1)
    assert purged(site) == {"decision": 1}
    site.later(days=20)
    assert purged(site) == {"item": 1}
    assert [text.kind for text in site.rows(Text)] == ["statement"]


def test_a_text_is_kept_to_the_end_of_its_last_day(site):
    site.send("post-1", FRIENDLY)
    keep_for(site, 30)
    site.later(days=30)
    assert purged(site) == {}


def test_the_log_goes_on_without_the_text(site):
    site.send("post-1", INSULT)
    keep_for(site, 1)
    keep_for(site, 1, "decision")
    site.later(days=2)
    assert purged(site) == {"item": 1, "decision": 1}
    assert site.content("post-1", 1) is None
    [decision] = site.rows(DecisionRecord)
    assert (decision.action, decision.text_id) == ("remove", None)
    assert site.item("post-1").action == "remove"


@pytest.mark.parametrize(
    ("general", "roses", "left"),
    [
        (None, 5, ["post-2", "post-3"]),
        (5, 90, ["post-1"]),
        (90, 5, ["post-2", "post-3"]),
        (5, None, []),
        (90, None, ["post-1", "post-2", "post-3"]),
    ],
)
def test_a_community_may_have_a_rule_of_its_own(site, general, roses, left):
    for number, community in enumerate(("roses", "lawns", None), 1):
        site.send(f"post-{number}", FRIENDLY, community=community)
    keep_for(site, general)
    keep_for(site, roses, community="roses")
    site.later(days=30)
    purged(site)
    assert said(site) == left


@pytest.mark.parametrize(
    ("kind", "subject", "left"),
    [
        ("item", "post-2", ["post-2"]),
        ("author", "ann", ["post-1", "post-2"]),
        ("community", "lawns", ["post-2", "post-3"]),
    ],
)
def test_what_is_held_stays_until_the_hold_is_lifted(site, kind, subject, left):
    site.send("post-1", FRIENDLY, "ann", community="roses")
    site.send("post-2", FRIENDLY, "ann", community="lawns")
    site.send("post-3", FRIENDLY, "bob", community="lawns")
    keep_for(site, 1)
    number = held(site, kind, subject).id
    site.later(days=2)
    purged(site)
    assert said(site) == left
    lifted(site, number)
    purged(site)
    assert said(site) == []
    assert [event.kind for event in site.rows(Event) if "hold" in event.kind] == [
        "hold.placed",
        "hold.lifted",
    ]


def test_what_others_wrote_about_a_held_author_is_held_too(site):
    site.send("post-1", DOUBTFUL, "ann")
    site.report("post-1", reporter="bob", comment="Rude.")
    site.review("remove", "no-insults", note="It is.")
    for kind in ("report", "note", "statement", "decision"):
        keep_for(site, 1, kind)
    held(site, "author", "ann")
    site.later(days=2)
    assert purged(site) == {}


def test_what_a_held_author_wrote_about_others_is_held_too(site):
    site.send("post-1", FRIENDLY, "ann")
    site.report("post-1", reporter="bob", comment="Rude.")
    site.review("allow")
    keep_for(site, 1, "report")
    held(site, "author", "bob")
    site.later(days=2)
    assert purged(site) == {}


def test_texts_stay_while_their_item_has_an_open_case(site):
    site.send("post-1", DOUBTFUL)
    keep_for(site, 1)
    keep_for(site, 1, "decision")
    site.later(days=2)
    assert purged(site) == {}
    site.review("allow")
    assert purged(site) == {"item": 1, "decision": 1}


def test_texts_stay_while_their_item_waits_to_be_decided(site):
    new = KeptItemIn(id="post-1", text=FRIENDLY)
    site.write(lambda session: accept(session, new, content_in(new), "garden", site.now))
    keep_for(site, 1)
    site.later(days=2)
    assert purged(site) == {}


def test_texts_of_annotations_go_and_the_annotations_stay(site):
    for item in ("post-1", "from-a-data-set"):
        new = NewAnnotation(item, FRIENDLY, "insult", 0.0, "mira", "console")
        site.write(lambda session, new=new: add_annotation(session, new))
    site.send("post-1", FRIENDLY)
    keep_for(site, 1, "annotation")
    held(site, "item", "post-1")
    site.now = site.rows(ItemText)[0].created_at + timedelta(days=2)
    assert purged(site) == {"annotation": 1}
    assert [(row.item_id, row.text is None) for row in site.rows(Annotation)] == [
        ("post-1", False),
        ("from-a-data-set", True),
    ]


def test_golden_items_are_kept_whatever_the_rules_say(site):
    site.write(lambda session: add_golden(session, NewGoldenItem("garden", INSULT, "remove")))
    for kind in ("item", "note"):
        keep_for(site, 1, kind)
    site.later(days=36_000)
    assert purged(site) == {}


def test_more_than_a_batch_is_purged_batch_by_batch_and_then_nothing(site):
    def add(session):
        texts = ({"kind": "note", "content": "n", "created_at": site.now} for _ in range(2 * AT_ONCE + 7))
        session.execute(Text.__table__.insert(), list(texts))

    site.write(add)
    keep_for(site, 1, "note")
    site.later(days=2)
    assert site.read(lambda session: count_due(session, site.now)) == {"note": 2 * AT_ONCE + 7}
    assert list(purge(site.database, site.now)) == [("note", AT_ONCE), ("note", AT_ONCE), ("note", 7)]
    assert list(purge(site.database, site.now)) == []
    assert site.read(lambda session: count_due(session, site.now)) == {}


def test_what_is_held_meanwhile_is_not_purged(site, monkeypatch):
    """Between the search and the transaction."""
    site.send("post-1", FRIENDLY)
    keep_for(site, 1)
    site.later(days=2)
    transact = site.database.transact

    def late(work):
        monkeypatch.setattr(site.database, "transact", transact)
        held(site, "item", "post-1")
        return transact(work)

    monkeypatch.setattr(site.database, "transact", late)
    assert purged(site) == {}
    assert site.content("post-1", 1) is not None


def test_requests_are_recognised_for_a_week(site):
    for key in ("old", "young"):
        site.write(
            lambda session, key=key: answer_once(
                session, 1, key, "digest", status=201, location="/v1/items/1", now=site.now
            )
        )
        site.later(days=4)
    assert purged(site) == {"request": 1}
    assert [row.key for row in site.rows(Answered)] == ["young"]


def test_rules_are_changed_listed_and_taken_back(site):
    keep_for(site, 90)
    keep_for(site, 30, community="roses")
    keep_for(site, 60)

    def rules():
        return [(row.community, row.kind, row.days) for row in site.read(list_retention)]

    assert rules() == [("", "item", 60), ("roses", "item", 30)]
    keep_for(site, None)
    assert rules() == [("roses", "item", 30)]


def test_holds_are_listed_until_they_are_lifted_and_lifting_again_changes_nothing(site):
    site.send("post-1", FRIENDLY)
    number = held(site, "item", "post-1").id
    assert [found.subject for found in site.read(list_holds)] == ["post-1"]
    lifted(site, number)
    first = site.rows(Event)[-1]
    site.later(days=1)
    lifted(site, number)
    assert site.read(list_holds) == []
    assert site.rows(Event)[-1].id == first.id


@pytest.mark.parametrize(
    "mistake",
    [
        lambda session, now: retain(session, "letter", 30),
        lambda session, now: retain(session, "item", 0),
        lambda session, now: retain(session, "item", 36_501),
        lambda session, now: retain(session, "item", 30, community="c" * 513),
        lambda session, now: hold(session, "rule", "no-insults", "why", "operator", now),
        lambda session, now: hold(session, "author", "ann", " ", "operator", now),
        lambda session, now: hold(session, "author", "ann", "y" * 513, "operator", now),
    ],
)
def test_a_mistake_is_refused(site, mistake):
    site.send("post-1", FRIENDLY)
    with pytest.raises(InputError):
        site.write(lambda session: mistake(session, site.now))


@pytest.mark.parametrize("kind", ["item", "author", "community"])
def test_nothing_that_is_not_there_can_be_held(site, kind):
    site.send("post-1", FRIENDLY, community="roses")
    with pytest.raises(NotFound):
        held(site, kind, "post-one")
