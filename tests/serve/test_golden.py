"""`/v1/golden`: texts whose right action is known."""

from __future__ import annotations


def test_a_golden_item_is_kept_until_it_is_retired(forum):
    new = {"policy": "garden", "text": "You nettle.", "action": "remove", "rule": "no-insults"}
    made = forum.post("golden", new)
    assert made.status_code == 201
    number = made.json()["number"]
    assert forum.get("golden", policy="garden").json()["golden"] == [made.json()]
    assert forum.get("golden", policy="other").json()["golden"] == []
    assert forum.delete(f"golden/{number}").status_code == 204
    assert forum.delete(f"golden/{number}").status_code == 204
    assert forum.get("golden").json()["golden"] == []


def test_a_golden_item_that_cannot_be_right_is_refused(forum):
    new = {"policy": "garden", "text": "Hello.", "action": "allow"}
    assert forum.post("golden", {**new, "policy": "nowhere"}).status_code == 404
    assert forum.post("golden", {**new, "rule": "no-weeds"}).status_code == 422
    assert forum.post("golden", {**new, "action": "ban"}).status_code == 422
    assert forum.delete("golden/99999").status_code == 404
