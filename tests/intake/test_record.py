"""A decision is written down with all that follows from it: statement, case, events; one is current at a time."""

from __future__ import annotations

import json
from dataclasses import replace

from comity.decide.transcript import recall
from comity.intake.accept import find_item, revision_of
from comity.intake.record import record
from comity.store.tables import (
    Case,
    CurrentDecision,
    DecisionRecord,
    Event,
    PlanRecord,
    PolicyVersion,
    StatementRecord,
    ViolationRecord,
)
from tests.intake.site import ADVERT, DOUBTFUL, FRIENDLY, INSULT


def decide_again(site, id, **changes):
    """A backfill: the newest revision is decided once more."""

    def work(session):
        item = find_item(session, id, for_update=True)
        revision = revision_of(session, item)
        before = site.rows(DecisionRecord, DecisionRecord.item_id == item.id)[-1]
        decision = replace(recall(site.text(before)), id=f"{before.key}+", **changes)
        return record(session, item, revision, decision, site.policy, now=site.now, cause="backfill")

    return site.write(work)


def test_a_decision_can_be_repeated_from_what_is_kept(site):
    site.send("post-1", INSULT)
    [row] = site.rows(DecisionRecord)
    kept = recall(site.text(row))
    again = site.moderator.plan.digest
    assert (row.plan, kept.plan, kept.action) == (again, again, "remove")
    assert kept.violations[0].rule == "no-insults"


def test_the_policy_of_a_plan_is_kept_once(site):
    site.send("post-1", INSULT)
    site.send("post-2", FRIENDLY)
    assert [plan.digest for plan in site.rows(PlanRecord)] == [site.moderator.plan.digest]
    [version] = site.rows(PolicyVersion)
    assert (version.name, version.version) == ("garden", 2)


def test_each_violation_is_a_row(site):
    site.send("post-1", f"{INSULT} {ADVERT}")
    assert {(row.rule, row.action) for row in site.rows(ViolationRecord)} == {
        ("no-insults", "remove"),
        ("no-spam", "label"),
    }


def test_the_newest_decision_of_a_revision_is_its_only_current_one(site):
    site.send("post-1", INSULT)
    decide_again(site, "post-1")
    first, second = site.rows(DecisionRecord)
    assert (first.supersedes_id, second.supersedes_id) == (None, first.id)
    [current] = site.rows(CurrentDecision)
    assert current.decision_id == second.id == site.item("post-1").decision_id


def test_what_rules_on_trial_decide_has_no_effect(site):
    site.send("post-1", FRIENDLY)
    before = site.kinds()
    decide_again(site, "post-1", shadow=True, actions=("remove",))
    decision, shadow = site.rows(DecisionRecord)
    assert (shadow.shadow, shadow.supersedes_id) == (True, None)
    [current] = site.rows(CurrentDecision)
    assert current.decision_id == decision.id
    assert site.item("post-1").action == "allow"
    assert (site.kinds(), site.strikes()) == (before, 0)


def test_an_adverse_decision_has_a_statement_that_names_rule_and_deadline(site):
    site.send("post-1", INSULT)
    [statement] = site.rows(StatementRecord)
    assert (statement.rule, statement.automated) == ("no-insults", True)
    assert (statement.appeal_until - site.now).days == 183
    told = json.loads(site.text(statement))
    assert (told["action"], told["found_by"], told["cited"][0]["rule"]) == (
        "remove",
        "detection",
        "no-insults",
    )
    assert "walnut" not in json.dumps(told)


def test_a_decision_that_harms_nobody_has_none(site):
    site.send("post-1", FRIENDLY)
    site.send("post-2", DOUBTFUL)
    site.send("post-3", ADVERT)
    assert site.rows(StatementRecord) == []


def test_a_statement_tells_who_found_the_item(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1", source="trusted_flagger")
    site.review("remove", "no-slander")
    site.send("post-2", DOUBTFUL)
    site.review("remove", "no-insults")
    found = [json.loads(site.text(statement)) for statement in site.rows(StatementRecord)]
    assert [told["found_by"] for told in found] == ["trusted_flagger", "detection"]
    assert [told["automated_decision"] for told in found] == ["not", "partially"]


def test_a_doubtful_item_opens_a_case(site):
    site.send("post-1", DOUBTFUL)
    [case] = site.rows(Case)
    assert (case.cause, case.rule, case.closed_at) == ("review", "no-insults", None)
    assert 2.0 < case.priority < 3.0  # moderate, and the score


def test_an_item_has_one_open_case_at_most(site):
    site.send("post-1", DOUBTFUL)
    site.edit("post-1", f"{DOUBTFUL} Really.")
    site.report("post-1")
    assert len(site.rows(Case)) == 1


def test_what_happens_is_told_in_its_order(site):
    site.send("post-1", INSULT)
    assert site.kinds("item:post-1") == ["item.decided", "statement.issued"]
    assert site.kinds("author:ann") == ["author.restricted"]
    site.send("post-2", DOUBTFUL)
    assert site.kinds("item:post-2") == ["item.decided", "case.opened"]


def test_events_hold_ids_and_numbers_but_no_text(site):
    site.send("post-1", INSULT)
    site.report("post-1", comment="A walnut!")
    site.review("remove", "no-insults", note="Clearly a walnut.")
    assert "walnut" not in repr([event.data for event in site.rows(Event)])
