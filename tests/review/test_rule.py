"""What a person rules becomes the decision of what they looked at."""

from __future__ import annotations

import pytest

from comity.errors import Conflict, InputError
from comity.store.tables import Case, CurrentDecision, DecisionRecord, Report, Ruling
from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def test_a_ruling_is_the_decision_and_closes_the_case(site):
    site.send("post-1", DOUBTFUL)
    ruling = site.review("remove", "no-insults", note="A turnip is meant badly here.")
    [case] = site.rows(Case)
    assert (case.closed_at, case.holder_id) == (site.now, None)
    decision = site.rows(DecisionRecord)[-1]
    assert (decision.cause, decision.actor, decision.action, decision.settled_by) == (
        "ruling",
        "mira",
        "remove",
        "person",
    )
    assert (site.item("post-1").decision_id, ruling.decision_id) == (decision.id, decision.id)
    assert site.text(ruling) == "A turnip is meant badly here."
    assert site.kinds("item:post-1")[-1] == "case.closed"


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        ("remove", None),
        ("allow", "no-insults"),
        ("remove", "no-weeds"),
        ("review", None),
        ("ban", "no-fraud"),
    ],
)
def test_a_ruling_that_makes_no_sense_is_refused(site, action, rule):
    site.send("post-1", DOUBTFUL)
    case = site.take()
    with pytest.raises(InputError):
        site.rule(case.key, action, rule)
    assert site.rows(Ruling) == []


def test_a_case_is_ruled_in_by_who_has_it(site):
    site.send("post-1", DOUBTFUL)
    case = site.take("mira")
    with pytest.raises(Conflict):
        site.rule(case.key, "allow", user="otto")
    site.rule(case.key, "allow", user="mira")
    with pytest.raises(Conflict, match="closed"):
        site.rule(case.key, "allow", user="mira")


def test_a_ruling_is_about_the_newest_revision(site):
    site.send("post-1", DOUBTFUL)
    site.edit("post-1", FRIENDLY)
    site.review("remove", "no-slander")
    assert [(row.revision, row.action) for row in site.rows(DecisionRecord)] == [
        (1, "review"),
        (2, "allow"),
        (2, "remove"),
    ]


def test_an_edit_after_the_look_stops_the_ruling(site):
    site.send("post-1", DOUBTFUL)
    case = site.take()
    site.edit("post-1", FRIENDLY)
    with pytest.raises(Conflict, match="revision 2"):
        site.rule(case.key, "remove", "no-insults", revision=1)
    site.rule(case.key, "allow", revision=2)


def test_a_ruling_on_an_earlier_revision_leaves_the_item_as_it_is_now(site):
    site.send("post-1", INSULT)
    site.edit("post-1", FRIENDLY)
    first = site.statement("post-1")
    site.appeal(first.key)
    site.review("allow")
    item = site.item("post-1")
    assert (item.revision, item.action) == (2, "allow")
    current = {
        row.revision: site.rows(DecisionRecord, DecisionRecord.id == row.decision_id)[0].cause
        for row in site.rows(CurrentDecision)
    }
    assert current == {1: "appeal", 2: "intake"}


def test_a_report_of_an_earlier_revision_is_answered_by_the_ruling_on_the_newest(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    site.edit("post-1", DOUBTFUL)
    site.review("remove", "no-insults")
    assert [report.outcome for report in site.rows(Report)] == ["upheld"]


def test_a_report_of_a_later_revision_than_the_appeal_waits_in_a_new_case(site):
    site.send("post-1", INSULT)
    site.appeal(site.statement("post-1").key)
    site.edit("post-1", FRIENDLY)
    site.report("post-1")
    [case] = site.rows(Case)
    site.review("allow")
    [report] = site.rows(Report)
    [_, second] = site.rows(Case)
    assert (report.outcome, report.case_id) == (None, second.id)
    assert (case.key != second.key, second.cause, second.closed_at) == (True, "report", None)
    site.review("remove", "no-slander")
    assert site.rows(Report)[0].outcome == "upheld"
    assert site.rows(Case, Case.closed_at.is_(None)) == []
