"""`/healthz`: the process answers. `/readyz`: it can decide, and is not about to leave."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request

from comity.serve.problems import Problem
from comity.serve.service import service_of
from comity.serve.unavailable import Unavailable

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok", "ready"]


@router.get("/healthz")
async def healthz() -> Health:
    """The process is alive."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Problem, "description": "Not ready; `detail` says why."}})
async def readyz(request: Request) -> Health:
    """The models are loaded and the server takes requests."""
    service = service_of(request)
    if service.drain.draining:
        raise Unavailable("the server is shutting down", retry_after=5)
    if service.readiness.reason:
        raise Unavailable(service.readiness.reason)
    return Health(status="ready")
