"""The author asks again, and somebody else decides."""

from __future__ import annotations

import pytest

from comity.errors import Conflict, NotFound
from comity.store.tables import Appeal, Case, DecisionRecord
from tests.intake.site import FRIENDLY, INSULT


def outcomes(site):
    return [appeal.outcome for appeal in site.rows(Appeal)]


def test_an_appeal_opens_an_urgent_case(site):
    site.send("post-1", INSULT)
    found, fresh = site.appeal(site.statement("post-1").key, "I meant the nut.")
    [case] = site.rows(Case)
    assert (fresh, found.case_id, case.cause, case.rule) == (True, case.id, "appeal", "no-insults")
    assert site.text(found) == "I meant the nut."
    assert site.kinds("item:post-1")[-1] == "appeal.received"


def test_there_is_one_appeal_a_statement(site):
    site.send("post-1", INSULT)
    key = site.statement("post-1").key
    first, _ = site.appeal(key)
    again, fresh = site.appeal(key)
    assert (again.key, fresh) == (first.key, False)
    with pytest.raises(NotFound):
        site.appeal("sor-nowhere")


def test_after_half_a_year_it_is_too_late(site):
    site.send("post-1", INSULT)
    key = site.statement("post-1").key
    site.later(days=184)
    with pytest.raises(Conflict, match="could be appealed until"):
        site.appeal(key)


def test_a_decision_that_another_one_took_the_place_of_cannot_be_appealed(site):
    site.send("post-1", INSULT)
    old = site.statement("post-1").key
    site.report("post-1")
    site.review("remove", "no-slander")
    with pytest.raises(Conflict, match="taken the place"):
        site.appeal(old)
    site.appeal(site.statement("post-1").key)


@pytest.mark.parametrize(
    ("action", "rule", "outcome"),
    [
        ("allow", None, "overturned"),
        ("label", "no-spam", "overturned"),
        ("remove", "no-insults", "upheld"),
        ("block", "no-insults", "upheld"),
    ],
)
def test_it_is_overturned_by_a_milder_decision(site, action, rule, outcome):
    site.send("post-1", INSULT)
    site.appeal(site.statement("post-1").key)
    site.review(action, rule)
    assert outcomes(site) == [outcome]
    decision = site.rows(DecisionRecord)[-1]
    assert (decision.cause, decision.action) == ("appeal", action)
    assert "appeal.closed" in site.kinds("item:post-1")


def test_it_is_never_decided_by_who_decided_before(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    case = site.take("mira")
    site.rule(case.key, "remove", "no-insults", user="mira")
    site.report("post-1", reporter="carol")  # another case, which mira takes before the author appeals
    case = site.take("mira")
    site.appeal(site.statement("post-1").key)
    with pytest.raises(Conflict, match="somebody else"):
        site.rule(case.key, "remove", "no-insults", user="mira")
    site.give_back(case.key, "mira")
    site.review("allow", user="otto")
    assert outcomes(site) == ["overturned"]


def test_two_appeals_about_one_item_are_each_decided(site):
    site.send("post-1", INSULT)
    first = site.statement("post-1").key
    site.edit("post-1", f"{INSULT} Do it.")
    second = site.statement("post-1").key
    site.appeal(second)
    site.appeal(first)
    site.review("allow")
    assert outcomes(site) == ["overturned", None]
    site.review("remove", "no-insults")
    assert outcomes(site) == ["overturned", "upheld"]
    assert site.strikes() == 1
    assert site.rows(Case, Case.closed_at.is_(None)) == []
