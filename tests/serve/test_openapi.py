"""The server keeps what its OpenAPI document promises, whatever is sent to it."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from tests.serve.cast import garden_settings, serving

OPERATIONS = [
    ("/v1/moderate", "POST"),
    ("/v1/items", "POST"),
    ("/v1/items", "GET"),
    ("/v1/items/{id}", "GET"),
    ("/v1/items/{id}", "PUT"),
    ("/v1/items/{id}", "DELETE"),
    ("/v1/items/{id}/decisions", "GET"),
    ("/v1/decisions", "GET"),
    ("/v1/decisions/{id}", "GET"),
    ("/v1/decisions/{id}/replay", "POST"),
    ("/v1/policies", "GET"),
    ("/v1/policies/{name}/rates", "GET"),
    ("/v1/policies/{name}", "GET"),
    ("/v1/policies/{name}/rates", "GET"),
    ("/v1/policies/{name}", "GET"),
    ("/v1/policies/{name}/reasons", "GET"),
    ("/v1/policies/{name}/rules/{rule}/release", "POST"),
    ("/v1/policies/{name}/rules/{rule}/release", "POST"),
    ("/v1/reports", "POST"),
    ("/v1/reports", "GET"),
    ("/v1/reports/{key}", "GET"),
    ("/v1/cases", "GET"),
    ("/v1/cases/next", "POST"),
    ("/v1/cases/{key}", "GET"),
    ("/v1/cases/{key}/lease", "POST"),
    ("/v1/cases/{key}/lease", "DELETE"),
    ("/v1/cases/{key}/ruling", "POST"),
    ("/v1/users", "GET"),
    ("/v1/users", "POST"),
    ("/v1/users/{key}/disable", "POST"),
    ("/v1/statements/{key}", "GET"),
    ("/v1/statements/{key}/appeal", "POST"),
    ("/v1/appeals", "GET"),
    ("/v1/authors/{id}", "GET"),
    ("/v1/authors/{id}/statements", "GET"),
    ("/v1/authors/{id}/restrictions/{number}/lift", "POST"),
    ("/v1/authors/{id}/erase", "POST"),
    ("/v1/authors/{id}/export", "GET"),
    ("/v1/retention", "GET"),
    ("/v1/retention", "PUT"),
    ("/v1/events", "GET"),
    ("/v1/golden", "GET"),
    ("/v1/golden", "POST"),
    ("/v1/golden/{number}", "DELETE"),
    ("/v1/webhooks", "GET"),
    ("/v1/webhooks", "POST"),
    ("/v1/webhooks/{name}", "GET"),
    ("/v1/webhooks/{name}", "DELETE"),
    ("/v1/webhooks/{name}/deliveries", "GET"),
    ("/v1/webhooks/{name}/deliveries/{id}", "DELETE"),
    ("/v1/webhooks/{name}/deliveries/{id}/replay", "POST"),
    ("/v1/webhooks/{name}/disable", "POST"),
    ("/v1/webhooks/{name}/enable", "POST"),
    ("/v1/webhooks/{name}/replay", "POST"),
    ("/v1/webhooks/{name}/rotate", "POST"),
    ("/healthz", "GET"),
    ("/readyz", "GET"),
]
BEYOND_A_SCHEMA = {"/v1/items", "/v1/items/{id}", "/v1/users", "/v1/golden", "/v1/webhooks"}
"""Rules that a JSON schema cannot tell: one source of the text, part ids that differ, hosts that may be asked, names
that are taken, rules of a policy.
"""


@pytest.fixture(scope="module")
def api(address):
    # Its own list of refusals lacks 413, which a generated text may well run into.
    refused = {"expected-statuses": [400, 404, 405, 413, 415, 422]}
    return described(address, {"negative_data_rejection": refused})


@pytest.fixture(scope="module")
def choosy_api(address):
    answered = {"expected-statuses": ["2xx", 404, 409, 413, 422]}
    return described(address, {"positive_data_acceptance": answered})


def described(address, checks):
    config = schemathesis.Config.from_dict({"checks": checks})
    return schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)


def test_every_operation_of_the_document_is_tried_below(api):
    described = {(found.ok().path, found.ok().method.upper()) for found in api.get_all_operations()}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_request_that_the_document_allows_is_answered_as_it_describes(api, choosy_api, path, method):
    chosen = choosy_api if path in BEYOND_A_SCHEMA else api
    _try(chosen[path][method], GenerationMode.POSITIVE)


def test_a_request_that_the_document_forbids_is_refused_as_it_describes(api):
    _try(api["/v1/moderate"]["POST"], GenerationMode.NEGATIVE)


def _try(operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        # What comes in a body has more ways to be wrong than what comes in an address.
        max_examples=150 if operation.body else 40,
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
