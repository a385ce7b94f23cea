"""OpenAI's own client, pointed at Comity, works on."""

from __future__ import annotations

import asyncio
import json

import httpx
import openai
import pytest

from comity.limits import LIMITS
from comity.taxonomy.crosswalk import categories
from comity.wire.openai import CATEGORIES
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

PATHS = ("/v1/moderations", "/openai/v1/moderations")
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with garden_server(tmp_path_factory.mktemp("openai")) as address:
        yield address


@pytest.fixture(scope="module")
def packaged(tmp_path_factory):
    with packaged_server(tmp_path_factory.mktemp("packaged")) as address:
        yield client_of(address)


@pytest.fixture
def client(address):
    return client_of(address)


def client_of(address, key="any key"):
    return openai.OpenAI(
        base_url=f"{address}/openai/v1", api_key=key, max_retries=0, _strict_response_validation=True
    )


def judge(client, text, **more):
    [result] = client.moderations.create(input=text, **more).results
    return result


def test_a_string_gets_one_result_with_every_category(client):
    answer = client.moderations.create(input=INSULT)
    [result] = answer.results
    assert answer.id.startswith("modr-")
    assert result.flagged
    assert result.categories.harassment
    assert result.category_scores.harassment == 0.93
    assert result.category_applied_input_types.harassment == ["text"]
    raw = json.loads(client.moderations.with_raw_response.create(input=INSULT).content)["results"][0]
    for field in ("categories", "category_scores", "category_applied_input_types"):
        assert list(raw[field]) == list(CATEGORIES)


def test_a_list_of_strings_gets_results_in_the_same_order(client):
    results = client.moderations.create(input=[FRIENDLY, INSULT, DOUBTFUL]).results
    assert [result.flagged for result in results] == [False, True, False]


def test_parts_are_judged_together_and_images_are_said_not_to_be(client):
    result = judge(client, [{"type": "text", "text": FRIENDLY}, IMAGE, {"type": "text", "text": INSULT}])
    assert result.flagged
    assert {"what": "input[1]", "reason": "images are not judged yet"} in result.not_judged
    assert result.comity["violations"][0]["evidence"][0]["part"] == "part-2"


@pytest.mark.parametrize("url", [IMAGE["image_url"]["url"], "https://images.invalid/never-fetched.png"])
def test_an_image_alone_is_neither_fetched_nor_judged(packaged, url):
    result = judge(packaged, [{"type": "image_url", "image_url": {"url": url}}])
    assert not result.flagged
    assert not any(result.category_applied_input_types.to_dict().values())
    told = {missing["what"] for missing in result.not_judged}
    assert told == {"input[0]", *CATEGORIES}


def test_review_does_not_flag_but_is_told_in_our_own_block(client):
    result = judge(client, DOUBTFUL)
    assert not result.flagged
    assert result.categories.harassment
    assert result.comity["action"] == "review"


def test_a_label_does_not_flag(client):
    result = judge(client, "FREE seeds for everybody")
    assert not result.flagged
    assert not any(result.categories.to_dict().values())
    assert result.comity["action"] == "label"


def test_a_category_that_no_rule_speaks_of_is_true_once_it_is_likely(client):
    result = judge(client, "I bring my axe.")
    assert not result.flagged
    assert result.categories.harassment_threatening
    assert result.comity["action"] == "allow"


def test_a_rule_that_acts_on_a_word_of_its_own_marks_the_categories_that_it_names(tmp_path):
    (tmp_path / "words.yaml").write_text(
        "policy: words\nversion: 1\nrules:\n  - {id: no-nuts, text: No nuts., terms: [pecan],"
        " categories: {insult: 0.9}, action: remove}\n"
    )
    with garden_server(tmp_path) as address:
        result = judge(client_of(address), "you pecan", extra_body={"policy": "words"})
    assert result.flagged
    assert result.categories.harassment
    assert result.category_scores.harassment == 0.0


def test_a_category_that_nothing_judged_says_so(client):
    result = judge(client, FRIENDLY)
    reasons = {missing["what"]: missing["reason"] for missing in result.not_judged}
    assert reasons["violence/graphic"] == "no detector judges it"
    assert reasons["sexual"] == "silent.v1: not my language"
    assert "hate" not in reasons
    assert (result.categories.sexual, result.category_scores.sexual) == (False, 0.0)
    assert result.category_applied_input_types.sexual == []


def test_the_policy_can_be_chosen_in_the_body_or_by_a_header(client):
    by_body = judge(client, FRIENDLY, extra_body={"policy": "community"})
    by_header = judge(client, FRIENDLY, extra_headers={"X-Comity-Policy": "community@1"})
    assert by_body.comity["policy"] == by_header.comity["policy"] == "community@1"
    with pytest.raises(openai.NotFoundError) as refused:
        client.moderations.create(input=FRIENDLY, extra_body={"policy": "nope"})
    assert "garden@2" in refused.value.message


def test_the_model_is_echoed(client):
    assert client.moderations.create(input=FRIENDLY).model == "omni-moderation-latest"
    assert client.moderations.create(input=FRIENDLY, model="text-moderation-stable").model == (
        "text-moderation-stable"
    )


def test_the_asynchronous_client_works_too(address):
    async def ask():
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="any") as client:
            return await client.moderations.create(input=[INSULT, FRIENDLY])

    assert [result.flagged for result in asyncio.run(ask()).results] == [True, False]


@pytest.mark.parametrize("empty", ["", []])
def test_an_empty_input_is_a_bad_request_about_input(client, empty):
    with pytest.raises(openai.BadRequestError) as refused:
        client.moderations.create(input=empty)
    assert refused.value.param == "input"
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id


def test_a_detector_that_fails_is_a_server_error_never_a_clean_bill(tmp_path):
    with broken_server(tmp_path) as address, pytest.raises(openai.InternalServerError) as refused:
        client_of(address).moderations.create(input=FRIENDLY)
    assert refused.value.status_code == 503
    assert refused.value.type == "server_error"
    assert "broken.v1" in refused.value.message
    assert refused.value.response.headers["retry-after"]


def test_only_a_policy_that_says_so_allows_when_a_detector_fails(tmp_path):
    (tmp_path / "lenient.yaml").write_text(
        "policy: lenient\nversion: 1\non_failure: allow\nextends: garden@2\n"
    )
    with broken_server(tmp_path) as address:
        result = judge(client_of(address), FRIENDLY, extra_body={"policy": "lenient"})
    assert not result.flagged
    assert {"what": "violence", "reason": "broken.v1: ConnectionError in broken.v1"} in result.not_judged


def test_where_keys_are_required_a_wrong_one_is_an_authentication_error(tmp_path):
    with guarded_server(tmp_path) as (address, key):
        assert judge(client_of(address, key), INSULT).flagged
        with pytest.raises(openai.AuthenticationError) as refused:
            client_of(address, "sk-wrong").moderations.create(input=INSULT)
    assert refused.value.code == "invalid_api_key"


LONG = "x" * (LIMITS.text_chars + 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *((body, 400) for body in NOT_JSON),
        (b"", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"input": null}', 400),
        (b'{"input": 7}', 400),
        (b'{"input": {"type": "text", "text": "a"}}', 400),
        (b'{"input": ["a", {"type": "text", "text": "b"}]}', 400),
        (b'{"input": ["a", 1]}', 400),
        (b'{"input": [[1, 2, 3]]}', 400),
        (b'{"input": [{"type": "' + SECRET.encode() + b'"}]}', 400),
        (b'{"input": [{"type": ["text"], "text": "a"}]}', 400),
        (b'{"input": [{"type": "text"}]}', 400),
        (b'{"input": [{"type": "image_url", "image_url": "' + SECRET.encode() + b'"}]}', 400),
        (
            b'{"input": [{"type": "image_url", "image_url": {"url": "file:///' + SECRET.encode() + b'"}}]}',
            400,
        ),
        (b'{"input": "a", "model": 3}', 400),
        (b'{"input": "a", "policy": ["x"]}', 400),
        (b'{"input": "a", "policy": "../' + SECRET.encode() + b'"}', 404),
        (json.dumps({"input": SECRET + LONG}).encode(), 400),
        (json.dumps({"input": ["a"] * (LIMITS.request_items + 1)}).encode(), 400),
        (json.dumps({"input": [IMAGE] * (LIMITS.item_parts + 1)}).encode(), 400),
        (TOO_LARGE, 413),
    ],
)
def test_a_hostile_body_gets_an_error_in_openais_shape(address, body, status):
    for path in PATHS:
        answer = httpx.post(f"{address}{path}", content=body, headers=HEADERS)
        assert answer.status_code == status
        error = answer.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
        assert error["type"] == "invalid_request_error"
        assert SECRET not in answer.text
        assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "body", [b'{"input": [""]}', b'{"input": "\\u0000"}', b'{"input": "a", "model": null, "surprise": [{}]}']
)
def test_an_odd_but_sound_body_is_judged(address, body):
    answer = httpx.post(f"{address}/v1/moderations", content=body, headers=HEADERS)
    assert answer.status_code == 200
    assert not answer.json()["results"][0]["flagged"]


def test_other_mistakes_have_openais_shape_too(address):
    for answer in (
        httpx.get(f"{address}/v1/moderations"),
        httpx.get(f"{address}/openai/v1/models"),
        httpx.post(f"{address}/v1/moderations", content=b"input=a"),
    ):
        assert answer.status_code in (404, 405, 415)
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_guide_maps_every_category_as_the_code_does():
    assert mapping_in("migrate-openai.md") == {code: categories(code, "openai") for code in CATEGORIES}
    assert all(mapping_in("migrate-openai.md").values())


def test_the_packaged_policy_and_model_answer_openais_client(packaged):
    threat, kind, german = packaged.moderations.create(
        input=[
            "I am going to kill you, just wait.",
            "Thank you, my tomatoes look great now.",
            "Vielen Dank, meine Tomaten sehen jetzt großartig aus.",
        ]
    ).results
    assert threat.flagged
    assert threat.categories.harassment_threatening
    assert not kind.flagged
    assert kind.category_scores.harassment < 0.5
    assert any("language" in missing["reason"] for missing in german.not_judged)
