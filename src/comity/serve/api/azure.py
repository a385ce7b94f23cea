"""`/azure/contentsafety`: Azure AI Content Safety for texts and prompts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from anyio import to_thread
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from comity.content import Item
from comity.decide import Decision
from comity.moderator.record import decision_out
from comity.policy import Policy
from comity.serve.api import azure_blocklists
from comity.serve.auth import check_key, needs
from comity.serve.azure.levels import OURS, level_of, of_four
from comity.serve.azure.matching import matches
from comity.serve.body import JsonRoute
from comity.serve.door import Door
from comity.serve.foreign import PolicyHeader, Reading, decide, not_judged, read
from comity.serve.problems import Problem
from comity.serve.service import service_of
from comity.taxonomy.crosswalk import categories
from comity.wire import azure as wire

_PREFIX = "/azure/contentsafety"
_ATTACK = categories("shieldPrompt", "azure")
_CODES = {
    401: "401",
    403: "Forbidden",
    404: "ResourceNotFound",
    405: "MethodNotAllowed",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    503: "ServerBusy",
}

_MODERATES = [Depends(needs("moderate"))]
router = APIRouter(prefix=_PREFIX, route_class=JsonRoute)
router.include_router(azure_blocklists.router)


@router.post("/text:analyze", dependencies=_MODERATES)
async def analyze_text(
    request: Request, body: wire.AnalyzeTextRequest, policy: PolicyHeader = None
) -> wire.AnalyzeTextResponse:
    """The severity of a text in Azure's categories, and the items of blocklists that stand in it."""
    service = service_of(request)
    item = Item.text(body.text)
    named = body.blocklist_names
    found = await to_thread.run_sync(matches, service.storage, named, item) if named else []
    if found and body.halt_on_blocklist_hit:
        return wire.AnalyzeTextResponse(
            blocklists_match=found, categories_analysis=[], not_judged=[], comity=None
        )
    asked = body.categories or wire.CATEGORIES
    want = frozenset(category for code in asked for category in OURS[code])
    tell = partial(analysis_of, asked, body.output_type == "EightSeverityLevels", found)
    [analysis] = await decide(request, [item], policy, want, tell)
    return analysis


@router.post("/text:shieldPrompt", dependencies=_MODERATES)
async def shield_prompt(
    request: Request, body: wire.ShieldPromptRequest, policy: PolicyHeader = None
) -> wire.ShieldPromptResponse:
    """Whether a user's prompt, or a document that goes with it, attacks the language model's instructions."""
    documents = body.documents or []
    texts = ([] if body.user_prompt is None else [body.user_prompt]) + documents
    items = [Item.text(text, role="prompt") for text in texts]
    readings = await decide(
        request, items, policy, frozenset(_ATTACK), lambda decision, by: read(decision, by, _ATTACK)
    )
    return shield_of(readings, has_prompt=body.user_prompt is not None)


def analysis_of(
    asked: Sequence[wire.Category],
    eight_levels: bool,
    found: list[wire.BlocklistMatch],
    decision: Decision,
    policy: Policy,
) -> wire.AnalyzeTextResponse:
    """`decision` as severities. An action has no place at this door: the caller acts from a severity of its choice."""
    levels = {code: level_of(decision, code) for code in dict.fromkeys(asked)}
    return wire.AnalyzeTextResponse(
        blocklists_match=found,
        categories_analysis=[
            wire.CategoryAnalysis(category=code, severity=level if eight_levels else of_four(level))
            for code, level in levels.items()
        ],
        not_judged=not_judged((code, read(decision, policy, OURS[code])) for code in levels),
        comity=decision_out(decision),
    )


def shield_of(readings: Sequence[Reading], *, has_prompt: bool) -> wire.ShieldPromptResponse:
    """`readings` are those of the user's prompt, if there is one, and of the documents."""
    attacks = [wire.Attack(attack_detected=found.holds) for found in readings]
    names = ["userPrompt"] if has_prompt else []
    names += [f"documents[{number}]" for number in range(len(readings) - len(names))]
    return wire.ShieldPromptResponse(
        user_prompt_analysis=attacks[0] if has_prompt else None,
        documents_analysis=attacks[1:] if has_prompt else attacks,
        not_judged=not_judged(zip(names, readings, strict=True)),
    )


def error(problem: Problem) -> JSONResponse:
    """`problem` as Azure tells it; a request with mistakes has status 400 there."""
    status = 400 if problem.status == 422 else problem.status
    code = _CODES.get(status, "InternalError" if status >= 500 else "InvalidRequestBody")
    if problem.field == azure_blocklists.NAME_PARAMETER:
        code = "InvalidResourceName"
    told = wire.ErrorResponse(error=wire.Error(code=code, message=problem.sentence, target=problem.field))
    content = told.model_dump(by_alias=True, exclude_none=True)
    return JSONResponse(content, status, headers={"x-ms-error-code": code})


def _require_key(request: Request) -> None:
    """The key is in Azure's own header, or a bearer token."""
    check_key(request, request.headers.get("ocp-apim-subscription-key"))


DOOR = Door("azure", router, ("/azure",), error, _require_key)
