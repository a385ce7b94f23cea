"""`/v1/statements` and `/v1/appeals`: authors are told why, and may ask again."""

from __future__ import annotations

from tests.intake.site import FRIENDLY, INSULT


def test_an_adverse_decision_names_its_statement(forum):
    item, decision = forum.send(INSULT, author="dan")
    statement = forum.get(f"statements/{decision['statement']}").json()
    assert (statement["item"], statement["author"], statement["rule"]) == (item, "dan", "no-insults")
    assert (statement["automated"], statement["stands"], statement["appeal"]) == (True, True, None)
    assert "Criticise the idea" in statement["statement"]["text"]
    assert forum.send(FRIENDLY)[1]["statement"] is None


def test_an_appeal_is_made_once_and_tells_its_outcome(forum):
    item, decision = forum.send(INSULT, author="dan")
    path = f"statements/{decision['statement']}"
    first = forum.post(f"{path}/appeal", {"message": "I meant the nut."})
    again = forum.post(f"{path}/appeal", {"message": "I meant the nut."})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert forum.rule(item, "allow").status_code == 200
    told = forum.get(path).json()
    assert (told["stands"], told["appeal"]["outcome"]) == (False, "overturned")


def test_what_was_replaced_cannot_be_appealed(forum):
    item, decision = forum.send(INSULT, author="dan")
    forum.report(item)
    forum.rule(item, "remove", "no-slander")
    answer = forum.post(f"statements/{decision['statement']}/appeal", {"message": "No!"})
    assert answer.status_code == 409


def test_appeals_are_listed_by_their_state(forum):
    _, decision = forum.send(INSULT, author="dan")
    key = forum.post(f"statements/{decision['statement']}/appeal", {"message": "The nut!"}).json()["key"]
    listed = forum.get("appeals", state="open", limit=1000, text=True).json()["appeals"]
    assert listed[-1]["key"] == key
    assert listed[-1]["message"] == "The nut!"
    assert key not in [row["key"] for row in forum.get("appeals", state="closed").json()["appeals"]]


def test_the_statements_for_an_author_come_page_by_page(forum):
    sent = [forum.send(f"{INSULT} {number}", author="eve")[1]["statement"] for number in range(3)]
    first = forum.get("authors/eve/statements", limit=2).json()
    rest = forum.get("authors/eve/statements", limit=2, after=first["next"]).json()
    assert [row["key"] for row in first["statements"] + rest["statements"]] == sent


def test_an_empty_appeal_and_an_unknown_statement_are_refused(forum):
    _, decision = forum.send(INSULT, author="dan")
    assert forum.post(f"statements/{decision['statement']}/appeal", {"message": ""}).status_code == 422
    assert forum.post("statements/nowhere/appeal", {"message": "No!"}).status_code == 404
    assert forum.get("statements/nowhere").status_code == 404
