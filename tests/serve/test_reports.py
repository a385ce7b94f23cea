"""`/v1/reports`: people flag items and are told what became of it."""

from __future__ import annotations

from tests.intake.site import FRIENDLY


def test_a_report_can_be_read_until_it_has_an_outcome(forum):
    item, _ = forum.send(FRIENDLY)
    answer = forum.report(item, comment="Look at that.")
    assert answer.status_code == 201
    report = forum.client.get(answer.headers["location"]).json()
    assert report == answer.json()
    assert (report["item"], report["rule"], report["outcome"], report["comment"]) == (
        item,
        "no-insults",
        None,
        None,
    )
    forum.rule(item, "remove", "no-insults")
    assert forum.get(f"reports/{report['key']}").json()["outcome"] == "upheld"


def test_the_same_report_again_is_answered_and_not_made(forum):
    item, _ = forum.send(FRIENDLY)
    first, again = forum.report(item), forum.report(item)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_a_request_with_the_same_key_is_done_once(forum):
    item, _ = forum.send(FRIENDLY)
    body, key = {"item": item, "reason": "rude"}, {"Idempotency-Key": f"report {item}"}
    first, again = (forum.post("reports", body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(forum.get("reports", item=item).json()["reports"]) == 1
    other = forum.post("reports", {**body, "reason": "junk"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "N002")


def test_a_reason_is_one_of_the_policys(forum):
    tree = forum.get("policies/garden/reasons").json()
    assert [reason["id"] for reason in tree["reasons"]] == ["rude", "junk"]
    item, _ = forum.send(FRIENDLY)
    answer = forum.report(item, "boring")
    assert answer.status_code == 422
    assert "rude, junk" in answer.json()["next_step"]


def test_what_is_not_here_cannot_be_reported_or_read(forum):
    assert forum.report("nowhere").status_code == 404
    assert forum.get("reports/nowhere").status_code == 404
    assert forum.get("policies/nowhere/reasons").status_code == 404


def test_reports_are_listed_page_by_page(forum):
    item, _ = forum.send(FRIENDLY)
    for reporter in ("bob", "carol", "dora"):
        forum.report(item, reporter=reporter, comment=f"{reporter} says so")
    first = forum.get("reports", item=item, limit=2).json()
    rest = forum.get("reports", item=item, limit=2, after=first["next"]).json()
    assert [row["reporter"] for row in first["reports"] + rest["reports"]] == ["bob", "carol", "dora"]
    assert rest["next"] is None
    [shown] = forum.get("reports", item=item, reporter="dora", text=True).json()["reports"]
    assert shown["comment"] == "dora says so"


def test_reports_are_listed_by_their_state(forum):
    item, _ = forum.send(FRIENDLY)
    forum.report(item)
    assert forum.get("reports", item=item, state="closed").json()["reports"] == []
    forum.rule(item, "allow")
    [closed] = forum.get("reports", item=item, state="closed").json()["reports"]
    assert closed["outcome"] == "rejected"


def test_a_comment_with_a_nul_is_refused_rather_than_cut(forum):
    item, _ = forum.send(FRIENDLY)
    assert forum.report(item, comment="a\x00b").status_code == 422
