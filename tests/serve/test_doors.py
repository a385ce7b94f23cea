"""What holds at every vendor's door, whatever JSON is sent to it."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serve.doors import HEADERS, garden_server

PATHS = [
    "openai/v1/moderations",
    "mistral/v1/moderations",
    "mistral/v1/chat/moderations",
    "azure/contentsafety/text:analyze",
    "azure/contentsafety/text:shieldPrompt",
    "azure/contentsafety/text/blocklists/weeds:addOrUpdateBlocklistItems",
    "azure/contentsafety/text/blocklists/weeds:removeBlocklistItems",
]
WORDS = [
    "input",
    "model",
    "policy",
    "type",
    "text",
    "image_url",
    "url",
    "role",
    "content",
    "user",
    "assistant",
]
WORDS += ["categories", "Hate", "blocklistNames", "outputType", "userPrompt", "documents", "blocklistItems"]
WORDS += [
    "blocklistItemIds",
    "description",
    "isRegex",
    "weeds",
    "(",
    "*",
    "\0",
    "🌱",
    "data:image/png;base64,=",
]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS)
anything = st.recursive(
    scalars | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(st.sampled_from(WORDS), anything, max_size=6) | anything


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with garden_server(tmp_path_factory.mktemp("doors")) as address:
        httpx.patch(f"{address}/azure/contentsafety/text/blocklists/weeds", json={})
        yield address


@pytest.mark.parametrize("path", PATHS)
def test_no_json_makes_the_server_fail(address, path):
    with httpx.Client(base_url=address) as client:

        @settings(
            max_examples=80,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(bodies, st.sampled_from(["mistral-moderation-2411", None]))
        def send(body, model):
            whole = {**body, "model": model} if model and isinstance(body, dict) else body
            answer = client.post(f"/{path}", content=json.dumps(whole), headers=HEADERS)
            assert answer.status_code in (200, 204, 400, 404, 422)
            assert answer.status_code == 204 or answer.json()

        send()
