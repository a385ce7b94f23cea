"""An item that is sent is kept once, whatever comes again; edits and deletions are further revisions of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from comity.errors import Conflict, NotFound
from comity.store.tables import Case, DecisionRecord, ItemRecord, Mention, Pending, Revision, Text
from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def test_an_item_is_kept_with_its_decision(site):
    kept = site.send("post-1", INSULT, community="roses", thread="t-1")
    item = site.item("post-1")
    assert (item.revision, item.action, item.decision_id) == (1, "remove", kept.recorded.decision.id)
    assert (item.community, item.thread, item.policy) == ("roses", "t-1", "garden")
    assert site.content("post-1", 1).parts == [("text", INSULT)]
    assert site.rows(Pending) == []


def test_the_same_item_again_is_the_same_item(site):
    first = site.send("post-1", INSULT)
    again = site.send("post-1", INSULT)
    assert not again.accepted.fresh
    assert again.recorded is None
    assert again.accepted.item.decision_id == first.recorded.decision.id
    assert len(site.rows(DecisionRecord)) == len(site.rows(Revision)) == 1


@pytest.mark.parametrize("other", [{"text": FRIENDLY}, {"author": "bob"}, {"community": "roses"}])
def test_another_item_under_the_same_id_is_refused(site, other):
    site.send("post-1", INSULT)
    with pytest.raises(Conflict):
        site.send(**{"id": "post-1", "text": INSULT, **other})
    assert len(site.rows(Revision)) == 1


def test_an_item_sent_by_many_at_once_is_decided_once(site):
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda _: site.send("post-1", INSULT), range(8)))
    assert sum(one.recorded is not None for one in kept) == 1
    assert len(site.rows(ItemRecord)) == len(site.rows(Revision)) == len(site.rows(DecisionRecord)) == 1
    assert site.strikes() == 1


def test_an_edit_is_a_revision_with_a_decision_of_its_own(site):
    site.send("post-1", INSULT)
    site.edit("post-1", FRIENDLY)
    item = site.item("post-1")
    assert (item.revision, item.action) == (2, "allow")
    assert [decision.revision for decision in site.rows(DecisionRecord)] == [1, 2]
    assert site.content("post-1", 1).parts == [("text", INSULT)]


def test_an_edit_that_changes_nothing_is_none(site):
    site.send("post-1", FRIENDLY)
    assert not site.edit("post-1", FRIENDLY).accepted.fresh
    assert len(site.rows(Revision)) == len(site.rows(DecisionRecord)) == 1


def test_an_item_sent_again_after_an_edit_stays_edited(site):
    site.send("post-1", INSULT)
    site.edit("post-1", FRIENDLY)
    again = site.send("post-1", INSULT)
    assert again.recorded is None
    assert (again.accepted.item.revision, again.accepted.item.action) == (2, "allow")


def test_an_edit_of_nothing_is_refused(site):
    with pytest.raises(NotFound):
        site.edit("post-1", FRIENDLY)


def test_a_deletion_is_a_revision_without_a_decision(site):
    site.send("post-1", FRIENDLY)
    assert site.delete("post-1").fresh
    assert not site.delete("post-1").fresh
    item = site.item("post-1")
    assert (item.revision, item.action, item.deleted_at) == (2, None, site.now)
    with pytest.raises(Conflict):
        site.edit("post-1", INSULT)


def test_a_deleted_item_that_nobody_asked_about_needs_no_review(site):
    site.send("post-1", DOUBTFUL)
    site.delete("post-1")
    [case] = site.rows(Case)
    assert case.closed_at == site.now


def test_a_reporter_gets_an_answer_though_the_item_was_deleted(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    site.delete("post-1")
    site.review("remove", "no-slander")
    [first] = site.rows(DecisionRecord, DecisionRecord.cause == "ruling")
    assert first.revision == 1
    assert site.strikes() == 2


def test_a_link_counts_once_in_an_item_however_it_is_written(site):
    site.send("post-1", "https://www.Seeds.example/a and http://seeds.example/a/ for @bob and @Bob.")
    kinds = [mention.kind for mention in site.rows(Mention)]
    assert kinds == ["link", "target"]


def test_what_people_wrote_is_in_the_texts_and_nowhere_else(site):
    site.send("post-1", INSULT)
    site.report("post-1", comment="walnut again")
    for table in (ItemRecord, Revision, DecisionRecord, Mention, Case):
        for row in site.rows(table):
            assert "walnut" not in repr(vars(row))
    assert sum("walnut" in text.content for text in site.rows(Text)) == 2
