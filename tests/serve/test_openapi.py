"""The server keeps what its OpenAPI document promises, whatever is sent to it."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from tests.serve.cast import garden_settings, serving

OPERATIONS = [("/v1/moderate", "POST"), ("/v1/policies", "GET"), ("/healthz", "GET"), ("/readyz", "GET")]


@pytest.fixture(scope="module")
def api(address):
    # Its own list of refusals lacks 413, which a generated text may well run into.
    refused = {"expected-statuses": [400, 404, 405, 413, 415, 422]}
    config = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": refused}})
    return schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)


def test_every_operation_of_the_document_is_tried_below(api):
    described = {(found.ok().path, found.ok().method.upper()) for found in api.get_all_operations()}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_request_that_the_document_allows_is_answered_as_it_describes(api, path, method):
    _try(api[path][method], GenerationMode.POSITIVE)


def test_a_request_that_the_document_forbids_is_refused_as_it_describes(api):
    _try(api["/v1/moderate"]["POST"], GenerationMode.NEGATIVE)


def _try(operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=150,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def call(case):
        case.call_and_validate()

    call()


def test_the_document_asks_for_a_key_only_where_the_server_does(client, tmp_path):
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]
    with serving(garden_settings(tmp_path, require_key=True)) as guarded:
        document = httpx.get(f"{guarded}/openapi.json").json()
    assert document["paths"]["/v1/moderate"]["post"]["security"] == [{"HTTPBearer": []}]
