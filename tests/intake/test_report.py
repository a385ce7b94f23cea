"""Somebody flags an item; a person rules, and the reporter is told and trusted accordingly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from comity.errors import NotFound
from comity.intake.report import reputation
from comity.store.authors import find_author
from comity.store.tables import Case, Report
from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def trust(site, reporter="bob"):
    return site.read(lambda session: reputation(session, find_author(session, reporter).id))


def test_a_report_opens_a_case_about_the_rule_of_its_reason(site):
    site.send("post-1", FRIENDLY)
    report, fresh = site.report("post-1", comment="Look at that.")
    assert fresh
    assert (report.reason, report.rule, report.outcome) == ("rude", "no-insults", None)
    [case] = site.rows(Case)
    assert (case.cause, case.rule) == ("report", "no-insults")
    assert site.text(report) == "Look at that."


def test_the_same_report_again_is_the_same_report(site):
    site.send("post-1", FRIENDLY)
    first, _ = site.report("post-1")
    again, fresh = site.report("post-1")
    assert (again.key, fresh) == (first.key, False)


def test_reports_at_once_open_one_case(site):
    site.send("post-1", FRIENDLY)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: site.report("post-1", reporter=f"r{number % 4}"), range(16)))
    assert (len(site.rows(Report)), len(site.rows(Case))) == (4, 1)


def test_a_report_names_the_revision_that_was_seen(site):
    site.send("post-1", INSULT)
    report, _ = site.report("post-1")
    site.edit("post-1", FRIENDLY)
    assert report.revision == 1
    assert site.content("post-1", report.revision).parts == [("text", INSULT)]


def test_an_item_that_is_not_here_cannot_be_reported(site):
    with pytest.raises(NotFound):
        site.report("post-1")


@pytest.mark.parametrize(
    ("action", "rule", "outcome", "trusted"),
    [("remove", "no-insults", "upheld", 2 / 3), ("allow", None, "rejected", 1 / 3)],
)
def test_a_ruling_closes_the_reports_and_moves_the_trust_in_their_reporters(
    site, action, rule, outcome, trusted
):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    assert trust(site) == 0.5
    site.review(action, rule)
    [report] = site.rows(Report)
    assert (report.outcome, report.closed_at) == (outcome, site.now)
    assert trust(site) == pytest.approx(trusted)
    assert "report.closed" in site.kinds("item:post-1")


def test_reports_by_trusted_people_come_first(site):
    site.send("post-0", FRIENDLY)
    site.report("post-0", reporter="bob")
    site.review("remove", "no-insults")
    for number, reporter in ((1, "carol"), (2, "bob")):
        site.send(f"post-{number}", FRIENDLY)
        site.report(f"post-{number}", reporter=reporter)
    site.send("post-3", FRIENDLY)
    site.report("post-3", reporter="carol", source="trusted_flagger")
    order = sorted(site.rows(Case, Case.closed_at.is_(None)), key=lambda case: -case.priority)
    assert [case.item_id for case in order] == [site.item(f"post-{n}").id for n in (3, 2, 1)]


def test_every_report_makes_an_open_case_more_urgent(site):
    site.send("post-1", DOUBTFUL)
    before = site.rows(Case)[0].priority
    site.report("post-1", reporter="bob")
    site.report("post-1", reporter="carol")
    assert site.rows(Case)[0].priority == before + 1.0
