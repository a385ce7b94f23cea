"""`/v1/retention`, and an author's export and erasure: what is kept of what people wrote, and for how long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import StreamingResponse

from comity.serve.auth import actor_of, needs
from comity.serve.body import JsonRoute
from comity.serve.paths import AuthorId
from comity.serve.service import service_of
from comity.serve.storing import read, write
from comity.store.erase import erase_author
from comity.store.export import export_author
from comity.store.retention import MOST_DAYS, Kind, list_retention, retain
from comity.store.tables import now
from comity.wire.items import Key

router = APIRouter(
    prefix="/v1", tags=["privacy"], route_class=JsonRoute, dependencies=[Depends(needs("admin"))]
)
_MEDIA_TYPE = "application/x-ndjson"
_IN_MEMORY, _CHUNK = 5_000_000, 65_536
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Kind
    community: Key | None = Field(None, description="null: all that have no rule of their own.")


class RetentionIn(_Rule):
    days: Days | None = Field(description="null takes the rule back: without one, texts are kept for ever.")


class RuleOut(_Rule):
    """Texts of `kind` in `community` are purged after `days`."""

    days: Days


class RetentionOut(BaseModel):
    rules: list[RuleOut]


class ErasedOut(BaseModel):
    author: str
    texts: int = Field(description="What the author wrote, and what others wrote about it.")
    copies: int = Field(description="Examples, golden items and annotated texts that read exactly the same.")
    held: int = Field(description="What a legal hold kept: erase again once it is lifted.")


@router.get("/retention")
async def read_retention(request: Request) -> RetentionOut:
    """How long texts are kept."""
    return await read(request, _rules)


@router.put("/retention")
async def set_retention(request: Request, rule: RetentionIn) -> RetentionOut:
    """Sets one rule; the answer has all of them. What is due is purged within a minute, for good."""

    def work(session: Session) -> RetentionOut:
        retain(session, rule.kind, rule.days, community=rule.community or "")
        return _rules(session)

    return await write(request, work)


@router.post("/authors/{id}/erase")
async def erase(request: Request, id: AuthorId) -> ErasedOut:
    """Erases all that an author wrote, and what others wrote about it, for good. Ids, numbers and hashes stay."""
    actor, storage = actor_of(request), service_of(request).storage

    def work(session: Session) -> ErasedOut:
        found = erase_author(session, id, actor=actor, now=now())
        return ErasedOut(author=id, texts=found.texts, copies=found.copies, held=found.held)

    erased = await write(request, work)
    await to_thread.run_sync(lambda: storage.open().checkpoint())
    return erased


@router.get(
    "/authors/{id}/export",
    response_class=StreamingResponse,
    responses={200: {"content": {_MEDIA_TYPE: {}}, "description": "A JSON object a line."}},
)
async def export(request: Request, id: AuthorId) -> StreamingResponse:
    """All that an author wrote and what was decided about it."""

    def collect(session: Session) -> IO[bytes]:
        # Not straight from the database to the client, who may be slow.
        file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it is closed when all of it was sent
        for row in export_author(session, id):
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        file.seek(0)
        return file

    return StreamingResponse(_chunks(await read(request, collect)), media_type=_MEDIA_TYPE)


def _rules(session: Session) -> RetentionOut:
    return RetentionOut(
        rules=[
            RuleOut(kind=row.kind, community=row.community or None, days=row.days)  # type: ignore[arg-type]
            for row in list_retention(session)
        ]
    )


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
