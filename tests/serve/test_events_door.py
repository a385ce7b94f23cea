"""`/v1/events`: all that happened, for whoever follows."""

from __future__ import annotations

from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def test_what_happened_to_an_item_can_be_read_in_its_order(forum):
    item, _ = forum.send(DOUBTFUL)
    forum.rule(item, "allow")
    events = forum.get("events", subject=f"item:{item}").json()["events"]
    assert [event["kind"] for event in events] == [
        "item.decided",
        "case.opened",
        "item.decided",
        "case.closed",
    ]
    assert [event["actor"] for event in events] == ["automation", "automation", "mira", "mira"]


def test_who_follows_the_log_gets_every_event_once(forum):
    def follow(after):
        numbers = []
        while page := forum.get("events", after=after, limit=3).json()["events"]:
            numbers += [event["number"] for event in page]
            after = numbers[-1]
        return numbers

    before = follow(0)
    assert before == sorted(set(before))
    item, _ = forum.send(INSULT)
    new = follow(before[-1] if before else 0)
    told = [event["number"] for event in forum.get("events", subject=f"item:{item}").json()["events"]]
    assert set(told) <= set(new)
    assert not set(new) & set(before)


def test_events_are_chosen_by_their_kinds(forum):
    item, _ = forum.send(FRIENDLY)
    forum.report(item)
    kinds = ["report.received", "case.opened"]
    found = forum.get("events", subject=f"item:{item}", kind=kinds).json()["events"]
    assert [event["kind"] for event in found] == ["case.opened", "report.received"]
