"""`/perspective`: the Perspective API, so that a site changes one address and goes on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence, Set
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.content import Item
from comity.decide import Decision
from comity.serve.auth import identify, needs
from comity.serve.body import JsonRoute
from comity.serve.deciding import decide, moderator_for
from comity.serve.door import Door
from comity.serve.perspective.analyze import Analyzer
from comity.serve.perspective.discovery import discovery_document
from comity.serve.perspective.failures import Refused, google_error, key_missing, key_unknown
from comity.serve.perspective.suggest import suggest
from comity.serve.service import service_of
from comity.wire.perspective import AnalyzeRequest, AnalyzeResponse, SuggestRequest, SuggestResponse

_PREFIX = "/perspective"


class _AnyTypeRoute(JsonRoute):
    """Reads a body as JSON whatever its media type is: Perspective did, and many callers send none."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_any(request: Request) -> Response:
            others = [header for header in request.scope["headers"] if header[0] != b"content-type"]
            scope = {**request.scope, "headers": [*others, (b"content-type", b"application/json")]}
            try:
                return await handle(Request(scope, request.receive))
            except Refused as refused:
                return refused.answer()

        return handle_any


router = APIRouter(prefix=_PREFIX, route_class=_AnyTypeRoute)


@router.get("/$discovery/rest")
async def discovery(request: Request, version: str = "v1alpha1") -> JSONResponse:
    """The discovery document, which Google's clients read first."""
    if version != "v1alpha1":
        raise HTTPException(404, "there is no such version of this API; ask for v1alpha1")
    return JSONResponse(discovery_document(f"{str(request.base_url).rstrip('/')}{_PREFIX}/"))


@router.post(
    "/v1alpha1/comments:analyze", dependencies=[Depends(needs("moderate"))], response_model_exclude_none=True
)
async def analyze(request: Request, body: AnalyzeRequest) -> AnalyzeResponse:
    """Scores a comment in the requested attributes. Nothing of it is stored."""
    service = service_of(request)
    moderator = await moderator_for(request, None)

    async def ask(items: Sequence[Item], want: Set[str]) -> list[Decision]:
        return await decide(request, moderator, items, list, want=want) if items else []

    analyzer = Analyzer(ask, moderator.plan, service.score_maps, service.never_fail_on_language)
    return await analyzer.analyze(body)


@router.post(
    "/v1alpha1/comments:suggestscore",
    dependencies=[Depends(needs("annotate"))],
    response_model_exclude_none=True,
)
async def suggestscore(request: Request, body: SuggestRequest) -> SuggestResponse:
    """Stores what a comment should have been scored."""
    service = service_of(request)
    return await to_thread.run_sync(lambda: suggest(service.storage.open(), body))


def _require_key(request: Request) -> None:
    """The key is `?key=` or the header that Google's newer clients use. The discovery document is for everybody."""
    if request.method == "GET":
        return
    secret = request.query_params.get("key") or request.headers.get("x-goog-api-key")
    if not secret:
        raise key_missing()
    if not identify(request, secret):
        raise key_unknown()


DOOR = Door("perspective", router, (_PREFIX,), google_error, _require_key)
