"""`/v1/authors`: how an author stands, and lifting what should not last."""

from __future__ import annotations

from tests.intake.site import FRAUD, FRIENDLY, INSULT


def test_an_author_stands_by_strikes_restrictions_and_history(forum):
    forum.send(FRIENDLY, author="fay")
    for number in range(2):
        forum.send(f"{INSULT} {number}", author="fay", community="roses")
    author = forum.get("authors/fay").json()
    assert [(row["weight"], row["rule"], row["community"]) for row in author["strikes"]] == [
        (1, "no-insults", "roses")
    ] * 2
    newest, oldest = author["restrictions"]
    assert (oldest["action"], oldest["ended"]) == ("warn", "told")
    assert (newest["action"], newest["ended"], newest["community"]) == ("mute", None, "roses")
    assert author["history"] == {"items": 3, "removals": 2, "reports": 0}


def test_a_restriction_is_lifted_by_a_person(forum):
    forum.send(FRAUD, author="gus")
    [ban] = forum.get("authors/gus").json()["restrictions"]
    path = f"authors/gus/restrictions/{ban['number']}/lift"
    lifted = forum.post(path, {"user": "mira"})
    assert (lifted.status_code, lifted.json()["ended"]) == (200, "lifted")
    assert forum.post(path, {"user": "otto"}).json() == lifted.json()
    [event] = forum.get("events", subject="author:gus", kind="author.released").json()["events"]
    assert (event["actor"], event["data"]["because"]) == ("mira", "lifted")


def test_a_restriction_of_somebody_else_is_not_found(forum):
    forum.send(FRAUD, author="hal")
    forum.send(FRIENDLY, author="ida")
    [ban] = forum.get("authors/hal").json()["restrictions"]
    answer = forum.post(f"authors/ida/restrictions/{ban['number']}/lift", {"user": "mira"})
    assert answer.status_code == 404
    assert forum.get("authors/nobody").status_code == 404
