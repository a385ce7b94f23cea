"""`POST /v1/moderate` decides one item or many; `GET /v1/policies` says by which rules."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.serve.cast import DOUBTFUL, FRIENDLY, INSULT


def test_one_item_gets_one_decision_with_rule_reason_and_evidence(client):
    answer = client.post("/v1/moderate", json={"id": "post-1", "text": INSULT})
    assert answer.status_code == 200
    decision = answer.json()
    assert (decision["id"], decision["action"], decision["policy"]) == ("post-1", "remove", "garden@2")
    [violation] = decision["violations"]
    assert violation["rule"] == "no-insults"
    assert violation["reason"]
    assert violation["evidence"] == [{"type": "span", "part": "text", "start": 4, "end": 10}]


def test_many_items_get_their_decisions_in_the_same_order(client):
    texts = [FRIENDLY, INSULT, DOUBTFUL] * 5
    answer = client.post("/v1/moderate", json={"items": [{"text": text} for text in texts]})
    actions = [decision["action"] for decision in answer.json()["decisions"]]
    assert actions == ["allow", "remove", "review"] * 5


def test_a_list_of_one_is_still_answered_with_a_list(client):
    answer = client.post("/v1/moderate", json={"items": [{"text": FRIENDLY}]})
    assert [decision["action"] for decision in answer.json()["decisions"]] == ["allow"]


def test_evidence_counts_code_points_not_bytes(client):
    decision = client.post("/v1/moderate", json={"text": "👩🏽‍🌾 walnut"}).json()
    [place] = decision["violations"][0]["evidence"]
    assert "👩🏽‍🌾 walnut"[place["start"] : place["end"]] == "walnut"


def test_the_policy_can_be_named_in_the_address_or_in_the_body(client):
    by_address = client.post("/v1/moderate?policy=community", json={"text": FRIENDLY}).json()
    by_body = client.post(
        "/v1/moderate", json={"items": [{"text": FRIENDLY}], "policy": "community@1"}
    ).json()
    assert by_address["policy"] == by_body["decisions"][0]["policy"] == "community@1"


def test_a_policy_is_found_by_name_only_never_by_path(client, tmp_path):
    (tmp_path / "mine.yaml").write_text("policy: mine\nversion: 1\n")
    for name in ("nope", "garden@9", str(tmp_path / "mine.yaml"), "../garden", "\x00", ""):
        answer = client.post("/v1/moderate", params={"policy": name}, json={"text": FRIENDLY})
        assert answer.status_code == 404
        assert str(tmp_path) not in answer.text


def test_the_policies_are_listed_with_their_rules_in_plain_language(client):
    listed = client.get("/v1/policies").json()
    assert listed["default"] == "garden"
    garden = listed["policies"][0]
    assert (garden["name"], garden["version"]) == ("garden", 2)
    assert garden["rules"][0]["text"] == "Criticise the idea, not the person."
    assert "community" in [policy["name"] for policy in listed["policies"]]


def test_many_callers_at_once_each_get_their_own_decision(client):
    def ask(number):
        return client.post("/v1/moderate", json={"id": f"post-{number}", "text": INSULT}).json()["id"]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(40))) == [f"post-{number}" for number in range(40)]
