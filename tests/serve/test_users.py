"""`/v1/users`: who may rule."""

from __future__ import annotations

from tests.intake.site import DOUBTFUL


def test_a_user_is_added_once_and_keeps_the_newest_role(forum):
    assert forum.post("users", {"key": "team/nora"}).status_code == 201
    changed = forum.post("users", {"key": "team/nora", "role": "admin"})
    assert (changed.status_code, changed.json()["role"]) == (200, "admin")
    listed = forum.get("users", limit=1000).json()["users"]
    assert [user["key"] for user in listed].count("team/nora") == 1


def test_who_was_disabled_may_not_work_until_added_again(forum):
    forum.post("users", {"key": "team/olga"})
    item, _ = forum.send(DOUBTFUL)
    path = f"cases/{forum.case_of(item)}/lease"
    first = forum.post("users/team%2Folga/disable").json()
    assert first["disabled_at"] == forum.post("users/team%2Folga/disable").json()["disabled_at"]
    assert forum.post(path, {"user": "team/olga"}).status_code == 403
    forum.post("users", {"key": "team/olga"})
    assert forum.post(path, {"user": "team/olga"}).status_code == 200


def test_nobody_can_be_called_as_the_machine_is(forum):
    assert forum.post("users", {"key": "automation"}).status_code == 422
    assert forum.post("users", {"key": "pia", "role": "queen"}).status_code == 422
    assert forum.post("users/nobody/disable").status_code == 404
