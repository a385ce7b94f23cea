"""The application: its doors, and what stands before all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from anyio import create_task_group, to_thread
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from comity import __version__
from comity.moderator.asking import Askable
from comity.serve import problems
from comity.serve.api import (
    authors,
    azure,
    cases,
    decisions,
    events,
    golden,
    health,
    items,
    metrics,
    mistral,
    moderate,
    openai,
    perspective,
    policies,
    privacy,
    reports,
    statements,
    users,
    webhooks,
)
from comity.serve.auth import require_key
from comity.serve.body import BodyLimit
from comity.serve.brakes import brake_chores, brakes_at_start
from comity.serve.chores import CHORES, do_chores
from comity.serve.door import Door, door_name
from comity.serve.drain import DrainMiddleware
from comity.serve.envelope import Envelope
from comity.serve.page import page
from comity.serve.paths import ENCODED, EncodedPaths
from comity.serve.reload import watch
from comity.serve.service import Service
from comity.settings import Settings

VENDOR_DOORS: tuple[Door, ...] = (openai.DOOR, perspective.DOOR, azure.DOOR, mistral.DOOR)
_DESCRIPTION = "Content moderation under a policy of your own: every decision cites its rule."


def create_app(settings: Settings, *, detectors: Sequence[Askable] | None = None) -> FastAPI:
    """The server as an ASGI application; `detectors` take the place of all registered ones.

    The models are loaded in the background after the start. Raises PolicyError, NotFound, StoreError.
    """
    service = Service.start(settings, detectors)
    vendors = {prefix: door for door in VENDOR_DOORS for prefix in door.prefixes}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(brakes_at_start, service.policies, service.storage)
        async with create_task_group() as tasks:
            tasks.start_soon(service.batcher.run)
            warm_up = partial(service.readiness.warm_up, service.policies)
            tasks.start_soon(partial(to_thread.run_sync, warm_up, abandon_on_cancel=True))
            if settings.reload_policy:
                tasks.start_soon(watch, service.policies)
            tasks.start_soon(service.pending.run)
            tasks.start_soon(do_chores, service.storage, (*CHORES, *brake_chores(service.policies)))
            async with service.outbox.running():
                yield
            tasks.cancel_scope.cancel()
        await to_thread.run_sync(service.policies.close)
        service.storage.close()

    app = FastAPI(
        title="Comity",
        summary=_DESCRIPTION,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(Envelope, metrics=service.metrics, door_of=partial(door_name, vendors=vendors)),
            Middleware(DrainMiddleware, drain=service.drain),
            Middleware(BodyLimit),
            Middleware(EncodedPaths, prefixes=ENCODED),
        ],
    )
    app.state.service = service
    problems.install(app, {prefix: door.error for prefix, door in vendors.items()})
    app.include_router(health.router)
    guarded = [Depends(require_key)] if settings.require_key else []
    for door in (
        moderate.router,
        items.router,
        decisions.router,
        policies.router,
        metrics.router,
        webhooks.router,
        reports.router,
        cases.router,
        users.router,
        statements.router,
        authors.router,
        events.router,
        golden.router,
        privacy.router,
    ):
        app.include_router(door, dependencies=guarded, responses=_responses(settings))
    for vendor in VENDOR_DOORS:
        known = [Depends(vendor.require_key)] if settings.require_key else []
        # Their shapes are described by their vendors, and in `docs/migrate-*.md`.
        app.include_router(vendor.router, dependencies=known, include_in_schema=False)
    page.install(app)
    return app


def _responses(settings: Settings) -> dict[int | str, dict[str, Any]]:
    """What else the doors of the API may answer, for the OpenAPI document."""
    told = {
        400: "The body is not JSON.",
        404: "There is no such policy.",
        413: "The body is larger than the limit `request_bytes`.",
        415: "The body is not `application/json`.",
        422: "The request has mistakes; `errors` says where.",
        429: "Too many items are waiting, or the key has made all its requests of this minute.",
        503: "The server is not ready, took too long, or is shutting down.",
    }
    if settings.require_key:
        told[401] = "The API key is missing or unknown."
        told[403] = "The API key lacks the scope that this needs."
    return {status: problems.described(text) for status, text in sorted(told.items())}
