"""`/mistral/v1/moderations` and `/mistral/v1/chat/moderations`: Mistral's moderation API."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from comity.content import Item
from comity.content.item import Role
from comity.decide import Decision
from comity.moderator.record import decision_out
from comity.policy import Policy
from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.door import Door
from comity.serve.foreign import PolicyHeader, decide, not_judged, read
from comity.serve.problems import Problem
from comity.taxonomy.crosswalk import categories
from comity.wire import mistral as wire
from comity.wire.native import NotJudgedOut

_OURS: dict[wire.Category, tuple[str, ...]] = {
    code: categories(code, "mistral") for code in wire.ALL if code not in wire.V1_ONLY
}
_OURS["dangerous_and_criminal_content"] = _OURS["dangerous"] + _OURS["criminal"]
_WANT = frozenset(category for named in _OURS.values() for category in named)
_ROLES: dict[str, Role] = {"system": "prompt", "user": "prompt", "tool": "prompt", "assistant": "response"}

router = APIRouter(prefix="/mistral/v1", route_class=JsonRoute, dependencies=[Depends(needs("moderate"))])


@router.post("/moderations")
async def moderations(
    request: Request, body: wire.ModerationRequest, policy: PolicyHeader = None
) -> wire.ModerationResponse:
    """One result for each text."""
    items = [Item.text(text) for text in body.input]
    tell = partial(result_of, wire.categories_of(body.model))
    return _response(body.model, await decide(request, items, body.policy or policy, _WANT, tell))


@router.post("/chat/moderations")
async def chat_moderations(
    request: Request, body: wire.ChatModerationRequest, policy: PolicyHeader = None
) -> wire.ModerationResponse:
    """One result for the last message of each conversation, read after the messages before it."""
    items = [item_of(messages) for messages in body.input]
    tell = partial(result_of, wire.categories_of(body.model))
    results = await decide(request, items, body.policy or policy, _WANT, tell)
    told = [_with_unread(result, turns[-1]) for result, turns in zip(results, body.input, strict=True)]
    return _response(body.model, told)


def item_of(messages: Sequence[wire.Message]) -> Item:
    """The last message, with those before it as its thread. What a user, a system or a tool says is a prompt."""
    *before, last = messages
    thread = tuple(Item.text(message.text, role=_ROLES[message.role]) for message in before)
    return Item.text(last.text, role=_ROLES[last.role], thread=thread)


def result_of(codes: Sequence[wire.Category], decision: Decision, policy: Policy) -> wire.ModerationResult:
    """`decision` in Mistral's categories `codes`."""
    readings = {code: read(decision, policy, _OURS[code]) for code in codes}
    return wire.ModerationResult(
        categories={code: found.holds for code, found in readings.items()},
        category_scores={code: round(found.score or 0.0, 4) for code, found in readings.items()},
        not_judged=not_judged(readings.items()),
        comity=decision_out(decision),
    )


def error(problem: Problem) -> JSONResponse:
    """`problem` as Mistral tells it: mistakes in the request one by one, everything else in one message."""
    if problem.status == 422:
        mistakes = [
            wire.ValidationProblem(
                loc=["body", *(mistake.pointer or "").split("/")[1:]], msg=mistake.detail, type=problem.code
            )
            for mistake in problem.errors or ()
        ] or [wire.ValidationProblem(loc=["body"], msg=problem.sentence, type=problem.code)]
        return JSONResponse(wire.ValidationErrorResponse(detail=mistakes).model_dump(), 422)
    told = wire.ErrorResponse(
        message=problem.sentence,
        type="server_error" if problem.status >= 500 else "invalid_request_error",
        param=problem.field,
        code=problem.code,
        request_id=problem.request_id,
    )
    return JSONResponse(told.model_dump(), problem.status)


def _response(model: str, results: list[wire.ModerationResult]) -> wire.ModerationResponse:
    return wire.ModerationResponse(id=uuid4().hex, model=model, results=results)


def _with_unread(result: wire.ModerationResult, message: wire.Message) -> wire.ModerationResult:
    unread = [NotJudgedOut(what=kind[:64], reason="only text is judged") for kind in message.unread]
    return result.model_copy(update={"not_judged": unread + result.not_judged}) if unread else result


DOOR = Door("mistral", router, ("/mistral",), error)
