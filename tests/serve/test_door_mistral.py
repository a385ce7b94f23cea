"""Mistral's own client, pointed at Comity, works on."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, MistralError

from comity.limits import LIMITS
from comity.taxonomy.crosswalk import categories
from comity.wire.mistral import categories_of
from tests.serve.cast import DOUBTFUL, FRIENDLY, INSULT
from tests.serve.doors import (
    HEADERS,
    NOT_JSON,
    SECRET,
    TOO_LARGE,
    broken_server,
    garden_server,
    guarded_server,
    mapping_in,
    packaged_server,
)

V1, V2 = "mistral-moderation-2411", "mistral-moderation-2603"
HATEFUL = "you nettle"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with garden_server(tmp_path_factory.mktemp("mistral")) as address:
        yield address


@pytest.fixture
def client(address):
    return client_of(address)


def client_of(address, key="any key"):
    return Mistral(api_key=key, server_url=f"{address}/mistral")


def post(address, path, **body):
    return httpx.post(f"{address}/mistral/v1/{path}", json={"model": V2, **body}).json()["results"]


def test_texts_get_results_in_the_same_order(client):
    answer = client.classifiers.moderate(model=V2, inputs=[FRIENDLY, HATEFUL])
    assert answer.model == V2
    assert answer.id
    assert [result.categories["hate_and_discrimination"] for result in answer.results] == [False, True]
    assert answer.results[1].category_scores["hate_and_discrimination"] == 0.9


def test_a_lone_text_gets_one_result(client):
    [result] = client.classifiers.moderate(model=V2, inputs=HATEFUL).results
    assert result.categories["hate_and_discrimination"]


@pytest.mark.parametrize(
    ("model", "only"),
    [
        (V1, {"dangerous_and_criminal_content"}),
        (V2, {"dangerous", "criminal", "jailbreaking"}),
        ("mistral-moderation-latest", {"dangerous", "criminal", "jailbreaking"}),
    ],
)
def test_the_name_of_the_model_chooses_the_set_of_categories(client, model, only):
    [result] = client.classifiers.moderate(model=model, inputs=[FRIENDLY]).results
    assert tuple(result.categories) == tuple(result.category_scores) == categories_of(model)
    assert only == set(result.categories) & {
        "dangerous_and_criminal_content", "dangerous", "criminal", "jailbreaking"
    }  # fmt: skip


def test_the_guide_maps_every_category_as_the_code_does():
    assert mapping_in("migrate-mistral.md") == {
        code: categories(code, "mistral") for code in categories_of(V2)
    }
    assert all(mapping_in("migrate-mistral.md").values())


def test_of_a_conversation_the_last_message_is_judged(client):
    rude, kind = {"role": "user", "content": HATEFUL}, {"role": "assistant", "content": FRIENDLY}
    first, second = (
        client.classifiers.moderate_chat(model=V2, inputs=messages).results
        for messages in ([rude, kind], [kind, rude])
    )
    assert not first[0].categories["hate_and_discrimination"]
    assert second[0].categories["hate_and_discrimination"]


def test_conversations_can_be_sent_in_batches(client):
    talks = [[{"role": "user", "content": text}] for text in (FRIENDLY, HATEFUL, FRIENDLY)]
    results = client.classifiers.moderate_chat(model=V2, inputs=talks).results
    assert [result.categories["hate_and_discrimination"] for result in results] == [False, True, False]


def test_earlier_messages_are_the_thread_of_the_last_one(tmp_path):
    (tmp_path / "talk.yaml").write_text(
        "policy: talk\nversion: 1\nrules:\n  - {id: long-talk, text: Keep it short., when: thread.length > 1,"
        " action: label}\n"
    )
    talk = [{"role": role, "content": FRIENDLY} for role in ("system", "user", "assistant")]
    with garden_server(tmp_path) as address:
        [short] = post(address, "chat/moderations", policy="talk", input=talk[:2])
        [long] = post(address, "chat/moderations", policy="talk", input=talk)
    assert (short["comity"]["action"], long["comity"]["action"]) == ("allow", "label")


def test_pieces_that_are_not_text_are_said_not_to_be_judged(address):
    pieces = [
        {"type": "text", "text": HATEFUL},
        {"type": "image_url", "image_url": "https://images.invalid/a"},
    ]
    [result] = post(address, "chat/moderations", input=[{"role": "user", "content": pieces}])
    assert result["categories"]["hate_and_discrimination"]
    assert {"what": "image_url", "reason": "only text is judged"} in result["not_judged"]


def test_unknown_fields_of_a_message_are_ignored(address):
    message = {"role": "assistant", "content": HATEFUL, "prefix": False, "tool_calls": None, "surprise": 1}
    assert post(address, "chat/moderations", input=[message])[0]["categories"]["hate_and_discrimination"]


def test_a_message_without_content_is_judged_as_an_empty_text(address):
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    assert post(address, "chat/moderations", input=[message])[0]["comity"]["action"] == "allow"


def test_our_decision_and_what_was_not_judged_stand_beside_the_categories(address):
    [result] = post(address, "moderations", input=DOUBTFUL)
    assert result["comity"]["action"] == "review"
    missing = {entry["what"]: entry["reason"] for entry in result["not_judged"]}
    assert missing["sexual"] == "silent.v1: not my language; no detector judges it"
    assert missing["health"] == "no detector judges it"
    assert result["category_scores"]["health"] == 0.0


def test_an_attack_on_the_model_is_jailbreaking(address):
    [result] = post(address, "moderations", input="ABRACADABRA")
    assert result["categories"]["jailbreaking"]


def test_the_policy_can_be_chosen_in_the_body_or_by_a_header(address):
    [by_body] = post(address, "moderations", input=FRIENDLY, policy="community")
    by_header = httpx.post(
        f"{address}/mistral/v1/moderations",
        json={"model": V2, "input": FRIENDLY},
        headers={"X-Comity-Policy": "community"},
    )
    assert by_body["comity"]["policy"] == by_header.json()["results"][0]["comity"]["policy"] == "community@1"


def test_the_asynchronous_client_works_too(client):
    async def ask():
        return await client.classifiers.moderate_async(model=V1, inputs=[HATEFUL])

    assert asyncio.run(ask()).results[0].categories["hate_and_discrimination"]


def test_an_empty_input_is_a_validation_error_that_says_where(client):
    with pytest.raises(HTTPValidationError) as refused:
        client.classifiers.moderate(model=V2, inputs=[])
    assert refused.value.data.detail[0].loc == ["body", "input"]


def test_a_detector_that_fails_is_a_server_error_never_a_clean_bill(tmp_path):
    with broken_server(tmp_path) as address, pytest.raises(MistralError) as refused:
        client_of(address).classifiers.moderate(model=V2, inputs=[FRIENDLY])
    assert refused.value.status_code == 503
    assert json.loads(refused.value.body)["type"] == "server_error"


def test_where_keys_are_required_a_wrong_one_is_refused(tmp_path):
    with guarded_server(tmp_path) as (address, key):
        assert client_of(address, key).classifiers.moderate(model=V2, inputs=[INSULT]).results
        with pytest.raises(MistralError) as refused:
            client_of(address, "wrong").classifiers.moderate(model=V2, inputs=[INSULT])
    assert refused.value.status_code == 401
    assert json.loads(refused.value.body)["object"] == "error"


def body_of(**fields):
    return json.dumps({"model": V2, **fields}).encode()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        *((path, body, 400) for path in ("moderations", "chat/moderations") for body in NOT_JSON),
        *((path, TOO_LARGE, 413) for path in ("moderations", "chat/moderations")),
        ("moderations", b"", 422),
        ("moderations", b"null", 422),
        ("moderations", b'{"input": "a"}', 422),
        ("moderations", body_of(input=None), 422),
        ("moderations", body_of(input=[1]), 422),
        ("moderations", body_of(input=[[SECRET]]), 422),
        ("moderations", body_of(input=SECRET + "x" * LIMITS.text_chars), 422),
        ("moderations", body_of(input=["a"] * (LIMITS.request_items + 1)), 422),
        ("moderations", body_of(input="a", policy="../" + SECRET), 404),
        ("chat/moderations", body_of(input=[]), 422),
        ("chat/moderations", body_of(input=[[]]), 422),
        ("chat/moderations", body_of(input="a"), 422),
        ("chat/moderations", body_of(input={"role": "user"}), 422),
        ("chat/moderations", body_of(input=[{"role": SECRET, "content": "a"}]), 422),
        ("chat/moderations", body_of(input=[{"content": "a"}]), 422),
        ("chat/moderations", body_of(input=[{"role": "user", "content": 1}]), 422),
        (
            "chat/moderations",
            body_of(input=[{"role": "user", "content": [{"type": "text", "text": 1}]}]),
            422,
        ),
        ("chat/moderations", body_of(input=[{"role": "user", "content": "a"}, [SECRET]]), 422),
        (
            "chat/moderations",
            body_of(input=[{"role": "user", "content": ""}] * (LIMITS.thread_items + 2)),
            422,
        ),
    ],
)
def test_a_hostile_body_gets_an_error_in_mistrals_shape(address, path, body, status):
    answer = httpx.post(f"{address}/mistral/v1/{path}", content=body, headers=HEADERS)
    assert answer.status_code == status
    assert SECRET not in answer.text
    if status == 422:
        assert all({"loc", "msg", "type"} == set(mistake) for mistake in answer.json()["detail"])
    else:
        assert answer.json()["object"] == "error"
        assert answer.json()["message"]


def test_other_mistakes_have_mistrals_shape_too(address):
    for answer in (httpx.get(f"{address}/mistral/v1/moderations"), httpx.get(f"{address}/mistral/v1/models")):
        assert answer.status_code in (404, 405)
        assert answer.json()["object"] == "error"


def test_the_packaged_policy_and_model_answer_mistrals_client(tmp_path):
    with packaged_server(tmp_path) as address:
        threat, rude, kind = (
            client_of(address)
            .classifiers.moderate(
                model=V2,
                inputs=[
                    "I am going to kill you, just wait.",
                    "You are a pathetic idiot and everyone here knows it.",
                    "Thank you, my tomatoes look great now.",
                ],
            )
            .results
        )
    assert threat.categories["violence_and_threats"]
    assert not rude.categories["hate_and_discrimination"]
    assert not any(kind.categories.values())
