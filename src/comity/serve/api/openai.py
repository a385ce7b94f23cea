"""`/v1/moderations` and `/openai/v1/moderations`: OpenAI's moderation API."""

from __future__ import annotations

from uuid import uuid4

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from comity.content import Item, Part
from comity.decide import Decision
from comity.moderator.record import decision_out
from comity.policy import Policy
from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.door import Door
from comity.serve.foreign import ACTING, PolicyHeader, decide, not_judged, read
from comity.serve.problems import Problem
from comity.taxonomy.crosswalk import categories
from comity.wire import openai as wire
from comity.wire.native import NotJudgedOut

_OURS = {code: categories(code, "openai") for code in wire.CATEGORIES}
_WANT = frozenset(category for named in _OURS.values() for category in named)
_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
_TYPES = {429: "requests"}

router = APIRouter(route_class=JsonRoute, dependencies=[Depends(needs("moderate"))])


@router.post("/v1/moderations")
@router.post("/openai/v1/moderations")
async def moderations(
    request: Request, body: wire.ModerationRequest, policy: PolicyHeader = None
) -> wire.ModerationResponse:
    """One result for a string or a list of parts, one for each string of a list."""
    items = [item_of(parts) for parts in body.input]
    results = await decide(request, items, body.policy or policy, _WANT, result_of)
    told = [_with_images(result, parts) for result, parts in zip(results, body.input, strict=True)]
    return wire.ModerationResponse(
        id=f"modr-{uuid4().hex}", model=body.model or wire.DEFAULT_MODEL, results=told
    )


def flagged(decision: Decision) -> bool:
    """What an action means at this door: `remove` and `block` flag, `review` and all milder ones don't."""
    return decision.action in ACTING


def item_of(parts: list[wire.Part]) -> Item:
    """One item of all `parts`. An image is known to be there, but it is neither fetched nor decoded."""
    return Item(
        f"item-{uuid4().hex}",
        tuple(
            Part(f"part-{number}", "text", part.text)
            if isinstance(part, wire.TextPart)
            else Part(f"part-{number}", "image", b"")
            for number, part in enumerate(parts)
        ),
    )


def result_of(decision: Decision, policy: Policy) -> wire.ModerationResult:
    """`decision` in OpenAI's categories."""
    readings = {code: read(decision, policy, named) for code, named in _OURS.items()}
    return wire.ModerationResult(
        flagged=flagged(decision),
        categories={code: found.holds for code, found in readings.items()},
        category_scores={code: round(found.score or 0.0, 4) for code, found in readings.items()},
        category_applied_input_types={
            code: [] if found.score is None else ["text"] for code, found in readings.items()
        },
        not_judged=not_judged(readings.items()),
        comity=decision_out(decision),
    )


def error(problem: Problem) -> JSONResponse:
    """`problem` as OpenAI tells it; a request with mistakes has status 400 there."""
    status = 400 if problem.status == 422 else problem.status
    told = wire.Error(
        message=problem.sentence,
        type=_TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error"),
        param=problem.field,
        code=_CODES.get(status, problem.code),
    )
    return JSONResponse(wire.ErrorResponse(error=told).model_dump(), status)


def _with_images(result: wire.ModerationResult, parts: list[wire.Part]) -> wire.ModerationResult:
    unread = [
        NotJudgedOut(what=f"input[{number}]", reason="images are not judged yet")
        for number, part in enumerate(parts)
        if isinstance(part, wire.ImagePart)
    ]
    return result.model_copy(update={"not_judged": unread + result.not_judged}) if unread else result


DOOR = Door("openai", router, ("/v1/moderations", "/openai"), error)
