"""`/v1/cases`: people take cases and rule in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def open_cases(forum, limit=100, **parameters):
    """Keys of the open cases, page by page."""
    keys, after = [], None
    while True:
        page = forum.get("cases", limit=limit, **{**parameters, **({"after": after} if after else {})}).json()
        keys += [case["key"] for case in page["cases"]]
        after = page["next"]
        if after is None:
            return keys


def test_a_case_shows_the_item_its_reports_and_its_decisions(forum):
    item, _ = forum.send(DOUBTFUL)
    forum.report(item, comment="Rude!")
    key = forum.case_of(item)
    case = forum.get(f"cases/{key}", text=True).json()
    assert (case["item"], case["cause"], case["revision"], case["appeal"]) == (item, "review", 1, None)
    assert case["about"]["revisions"][0]["parts"] == [{"id": "text", "text": DOUBTFUL}]
    assert [report["comment"] for report in case["reports"]] == ["Rude!"]
    assert [decision["action"] for decision in case["decisions"]] == ["review"]


def test_texts_are_shown_only_where_they_are_asked_for(forum):
    item, _ = forum.send(DOUBTFUL)
    forum.report(item, comment="Rude!")
    answer = forum.get(f"cases/{forum.case_of(item)}")
    assert "turnip" not in answer.text
    assert "Rude!" not in answer.text


def test_a_ruling_closes_the_case_and_is_the_items_decision(forum):
    item, _ = forum.send(DOUBTFUL)
    answer = forum.rule(item, "remove", "no-insults", note="Meant badly.")
    assert answer.status_code == 200
    case = answer.json()
    assert case["closed_at"]
    assert [(row["user"], row["action"], row["rule"]) for row in case["rulings"]] == [
        ("mira", "remove", "no-insults")
    ]
    kept = forum.get(f"items/{quote(item, safe='')}").json()
    assert (kept["action"], kept["decision"]["actor"], kept["case"]) == ("remove", "mira", None)
    noted = forum.get(f"cases/{case['key']}", text=True).json()
    assert noted["rulings"][0]["note"] == "Meant badly."


def test_what_somebody_has_is_refused_to_others(forum):
    item, _ = forum.send(DOUBTFUL)
    case = forum.case_of(item)
    taken = forum.post(f"cases/{case}/lease", {"user": "mira"}).json()
    assert (taken["holder"], taken["leased_until"] > taken["opened_at"]) == ("mira", True)
    assert forum.post(f"cases/{case}/lease", {"user": "otto"}).status_code == 409
    ruling = {"user": "otto", "action": "allow"}
    assert forum.post(f"cases/{case}/ruling", ruling).status_code == 409
    assert forum.delete(f"cases/{case}/lease", user="mira").status_code == 204
    assert forum.post(f"cases/{case}/lease", {"user": "otto"}).status_code == 200


def test_a_ruling_about_what_was_edited_meanwhile_is_refused(forum):
    item, _ = forum.send(DOUBTFUL)
    case = forum.case_of(item)
    forum.post(f"cases/{case}/lease", {"user": "mira"})
    forum.client.put(f"/v1/items/{quote(item, safe='')}", json={"text": FRIENDLY})
    ruling = {"user": "mira", "action": "remove", "rule": "no-insults", "revision": 1}
    answer = forum.post(f"cases/{case}/ruling", ruling)
    assert (answer.status_code, "revision 2" in answer.json()["detail"]) == (409, True)


def test_a_ruling_that_makes_no_sense_is_refused(forum):
    item, _ = forum.send(DOUBTFUL)
    assert forum.rule(item, "remove").status_code == 422
    assert forum.rule(item, "remove", "no-weeds").status_code == 422
    assert forum.rule(item, "review").status_code == 422


def test_the_next_cases_are_handed_out_one_to_each(forum):
    items = {forum.send(DOUBTFUL, author=None)[0] for _ in range(8)}
    for name in range(4):
        forum.post("users", {"key": f"helper-{name}"})

    def take(number):
        return forum.post("cases/next", {"user": f"helper-{number % 4}"}).json()["case"]

    with ThreadPoolExecutor(8) as threads:
        taken = [case["item"] for case in threads.map(take, range(8))]
    assert len(set(taken)) == 8
    assert items & set(taken)


def test_nothing_to_do_is_no_case(forum):
    assert forum.post("cases/next", {"user": "mira", "queue": "empty"}).json() == {"case": None}


def test_open_cases_come_most_urgent_first_and_pages_stay_right_while_they_come_and_go(forum):
    items = [forum.send(DOUBTFUL)[0] for _ in range(6)]
    forum.report(items[3])
    before = open_cases(forum)
    cases = {item: forum.case_of(item) for item in items}
    assert before.index(cases[items[3]]) < min(
        before.index(cases[item]) for item in items if item != items[3]
    )
    first = forum.get("cases", limit=before.index(cases[items[1]]) + 1).json()
    forum.rule(items[0], "allow")  # one of those seen is gone, and a new one comes behind them
    last = forum.case_of(forum.send(DOUBTFUL)[0])
    seen = [case["key"] for case in first["cases"]]
    rest = open_cases(forum, limit=2, after=first["next"])
    assert last in rest
    assert [key for key in (*seen, *rest) if key != last] == before


def test_closed_cases_are_listed_as_they_were_opened(forum):
    item, _ = forum.send(DOUBTFUL)
    key = forum.case_of(item)
    forum.rule(item, "allow")
    closed = open_cases(forum, limit=3, state="closed")
    assert (closed[-1], len(closed)) == (key, len(set(closed)))
    assert key not in open_cases(forum)


def test_a_cursor_of_ones_own_making_is_refused(forum):
    for cursor in ("7", "nan~1", "1~2~3", "1~99999999999"):
        assert forum.get("cases", after=cursor).status_code == 422


def test_what_is_not_here_is_not_found(forum):
    assert forum.get("cases/nowhere").status_code == 404
    assert forum.post("cases/nowhere/lease", {"user": "mira"}).status_code == 404
    assert forum.post("cases/next", {"user": "nobody"}).status_code == 404


def test_an_appeal_is_decided_by_somebody_else(forum):
    item, _ = forum.send(FRIENDLY)
    forum.report(item)
    forum.rule(item, "remove", "no-insults", user="mira")
    [statement] = forum.get("authors/ann/statements", limit=1000).json()["statements"][-1:]
    assert forum.post(f"statements/{statement['key']}/appeal", {"message": "No!"}).status_code == 201
    case = forum.case_of(item)
    assert forum.post(f"cases/{case}/lease", {"user": "mira"}).status_code == 409
    assert forum.rule(item, "allow", user="otto").status_code == 200


def test_ids_with_slashes_stay_whole(forum):
    item, _ = forum.send(INSULT, author="guild/ann")
    assert forum.get("authors/guild%2Fann").json()["id"] == "guild/ann"
    [statement] = forum.get("authors/guild%2Fann/statements").json()["statements"]
    assert statement["item"] == item
