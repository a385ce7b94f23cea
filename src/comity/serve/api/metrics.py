"""`GET /metrics`: the server's counts in Prometheus' text format."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from comity.serve.auth import needs
from comity.serve.service import service_of

router = APIRouter(dependencies=[Depends(needs("admin"))], include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    text = await to_thread.run_sync(service_of(request).metrics.text)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)
