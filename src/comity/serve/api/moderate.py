"""`POST /v1/moderate`: one item or many, decided under a policy of the server."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Discriminator, Tag
from starlette.requests import Request

from comity.moderator.record import decision_out, facts_of, item_of
from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.deciding import decide, moderator_for
from comity.serve.problems import BODY_BRANCHES
from comity.wire.native import DecisionOut, ItemIn, ModerateRequest, ModerateResponse

router = APIRouter(
    prefix="/v1", tags=["moderate"], route_class=JsonRoute, dependencies=[Depends(needs("moderate"))]
)
_ONE, _MANY = BODY_BRANCHES


def _branch(body: Any) -> str:
    many = "items" in body if isinstance(body, dict) else isinstance(body, ModerateRequest)
    return _MANY if many else _ONE


Body = Annotated[
    Annotated[ItemIn, Tag(_ONE)] | Annotated[ModerateRequest, Tag(_MANY)],
    Discriminator(_branch),
]
PolicyName = Annotated[
    str | None,
    Query(description="A policy of `/v1/policies`, such as `community`; one in the body goes before it."),
]


@router.post("/moderate")
async def moderate(request: Request, body: Body, policy: PolicyName = None) -> DecisionOut | ModerateResponse:
    """The decision for one item; or, for `items`, all their decisions in the same order."""
    many = isinstance(body, ModerateRequest)
    records = body.items if isinstance(body, ModerateRequest) else [body]
    named = body.policy if isinstance(body, ModerateRequest) else None
    decisions = await decide(
        request,
        await moderator_for(request, named or policy),
        [item_of(record) for record in records],
        lambda decided: [decision_out(decision) for decision in decided],
        facts=[facts_of(record) for record in records],
    )
    return ModerateResponse(decisions=decisions) if many else decisions[0]
