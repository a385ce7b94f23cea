"""Hostile texts over HTTP, at every door: an answer or a 4xx, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.hostile.texts import HAND_MADE, hostile_texts
from tests.serve.doors import packaged_server

MANY = 10_000
DOORS = {
    "/v1/moderate": lambda text: {"text": text},
    "/v1/moderations": lambda text: {"input": text},
    "/mistral/v1/moderations": lambda text: {"model": "mistral-moderation-2603", "input": [text]},
    "/azure/contentsafety/text:analyze?api-version=2023-10-01": lambda text: {"text": text},
    "/perspective/v1alpha1/comments:analyze?key=k": lambda text: {
        "comment": {"text": text},
        "requestedAttributes": {"TOXICITY": {}},
        "languages": ["en"],
    },
}


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[httpx.Client]:
    with (
        packaged_server(tmp_path_factory.mktemp("server")) as address,
        httpx.Client(base_url=address, timeout=120) as client,
    ):
        yield client


def post(client: httpx.Client, door: str, text: str) -> httpx.Response:
    body = json.dumps(DOORS[door](text)).encode()
    return client.post(door, content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize("door", DOORS)
def test_every_door_answers_every_hand_made_text(client, door):
    for text in HAND_MADE:
        answer = post(client, door, text)
        assert answer.status_code < 500, f"{len(text)} characters"
        answer.json()


@pytest.mark.heavy
def test_ten_thousand_texts_over_http(client):
    statuses = [post(client, "/v1/moderate", text).status_code for text in hostile_texts(MANY)]
    assert len(statuses) == MANY
    assert {status for status in statuses if status != 200} <= {400, 413, 422}
