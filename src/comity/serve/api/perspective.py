"""`/perspective`: the Perspective API, so that a site changes one address and goes on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.serve.body import JsonRoute
from comity.serve.door import Door
from comity.serve.perspective.analyze import Analyzer
from comity.serve.perspective.discovery import discovery_document
from comity.serve.perspective.failures import Refused, google_error, key_missing, key_unknown
from comity.serve.perspective.suggest import suggest
from comity.serve.service import service_of
from comity.store import find_key
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


@router.post("/v1alpha1/comments:analyze", response_model_exclude_none=True)
async def analyze(request: Request, body: AnalyzeRequest) -> AnalyzeResponse:
    """Scores a comment in the requested attributes. Nothing of it is stored."""
    service = service_of(request)

    def decide() -> AnalyzeResponse:
        moderator = service.policies.moderator(service.policies.default)
        return Analyzer(moderator, service.score_maps, service.never_fail_on_language).analyze(body)

    return await service.workers.run(decide)


@router.post("/v1alpha1/comments:suggestscore", response_model_exclude_none=True)
async def suggestscore(request: Request, body: SuggestRequest) -> SuggestResponse:
    """Stores what a comment should have been scored."""
    service = service_of(request)
    return await service.workers.run(lambda: suggest(service.storage.open(), body))


def _require_key(request: Request) -> None:
    """The key is `?key=` or the header that Google's newer clients use. The discovery document is for everybody."""
    if request.method == "GET":
        return
    secret = request.query_params.get("key") or request.headers.get("x-goog-api-key")
    if not secret:
        raise key_missing()
    with service_of(request).storage.open().read() as session:
        if find_key(session, secret) is None:
            raise key_unknown()


DOOR = Door(router, (_PREFIX,), google_error, _require_key)
