"""Rules on trial: what they would have done is written down beside each decision, and costs no second look."""

from __future__ import annotations

import pytest

from tests.serve.cast import FRIENDLY, INSULT
from tests.serve.keeping import forum

AD = "FREE bulbs."


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with forum(tmp_path_factory.mktemp("site")) as found:
        yield found


def decisions(site, id):
    """Action and shadow of each decision on the item, by revision."""
    lines = site.client.get(f"/v1/items/{id}/decisions").json()["decisions"]
    return [(line["revision"], line["action"], line["shadow"]) for line in lines]


def test_an_edit_is_tried_on_them_as_well(site):
    site.send("post-1", FRIENDLY, policy="keeping")
    site.client.put("/v1/items/post-1", json={"text": AD})
    assert decisions(site, "post-1") == [
        (1, "allow", False),
        (1, "allow", True),
        (2, "allow", False),
        (2, "remove", True),
    ]
    assert site.item("post-1")["action"] == "allow"


def test_so_is_what_is_decided_later(site):
    site.send("post-2", AD, {"Prefer": "respond-async"}, policy="keeping")
    site.decided("post-2")
    assert decisions(site, "post-2") == [(1, "allow", False), (1, "remove", True)]


def test_detectors_are_asked_once_for_both(site):
    site.send("post-3", FRIENDLY, policy="keeping")
    assert len(decisions(site, "post-3")) == 2
    assert site.asked.count("post-3") == 1


def test_a_policy_without_any_leaves_one_decision(site):
    site.send("post-4", INSULT, policy="garden")
    assert decisions(site, "post-4") == [(1, "remove", False)]


def test_what_is_not_kept_leaves_nothing(site):
    answer = site.send("post-5", AD, policy="keeping", do_not_store=True)
    assert answer.json()["action"] == "allow"
    assert site.client.get("/v1/items/post-5").status_code == 404
