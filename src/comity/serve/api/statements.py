"""`/v1/statements`: what authors are told of decisions against them; `/v1/appeals`: authors who asked again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.errors import NotFound
from comity.review.appeal import appeal
from comity.review.show import show_appeals, show_statement
from comity.serve.auth import check_scope, needs
from comity.serve.body import JsonRoute
from comity.serve.paths import AuthorId
from comity.serve.problems import described
from comity.serve.storing import After, Limit, read, write
from comity.store.authors import find_author
from comity.store.paging import page
from comity.store.tables import Appeal, StatementRecord, now
from comity.wire.items import Key
from comity.wire.review import AppealIn, AppealOut, AppealsOut, StatementOut, StatementsOut

router = APIRouter(prefix="/v1", tags=["statements"], route_class=JsonRoute)
_APPEALS = [Depends(needs("moderate"))]
_SEES = [Depends(needs("moderate", "read", "review"))]
_READS = [Depends(needs("read", "review"))]


@router.get("/statements/{key}", dependencies=_SEES)
async def read_statement(request: Request, key: Key) -> StatementOut:
    """The reasons of a decision, to be given to the author."""
    return await read(request, lambda session: show_statement(session, _find(session, key)))


@router.post(
    "/statements/{key}/appeal",
    status_code=201,
    response_model=AppealOut,
    dependencies=_APPEALS,
    responses={
        200: {"model": AppealOut, "description": "The author appealed before."},
        409: described("It is too late, or another decision took the place of this one."),
    },
)
async def send_appeal(request: Request, key: Key, new: AppealIn) -> Response:
    """The author asks that somebody else decide again. There is one appeal a statement."""

    def work(session: Session) -> tuple[AppealOut, bool]:
        made, fresh = appeal(session, key, new.message, now())
        return show_appeals(session, [made])[0], fresh

    told, fresh = await write(request, work)
    return JSONResponse(told.model_dump(mode="json"), 201 if fresh else 200)


@router.get("/appeals", dependencies=_READS)
async def read_appeals(
    request: Request,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    after: After = 0,
    limit: Limit = 100,
    text: Annotated[bool, Query(description="With what the authors wrote; needs the scope `read`.")] = False,
) -> AppealsOut:
    """Appeals, in the order in which they came."""
    if text:
        check_scope(request, "read")

    def look(session: Session) -> AppealsOut:
        query = select(Appeal)
        if state is not None:
            query = query.where(Appeal.outcome.is_(None) if state == "open" else Appeal.outcome.is_not(None))
        found = page(session, query, Appeal.id, after, limit)
        return AppealsOut(appeals=show_appeals(session, found.rows, with_texts=text), next=found.next)

    return await read(request, look)


@router.get("/authors/{id}/statements", dependencies=_SEES)
async def read_statements(
    request: Request, id: AuthorId, after: After = 0, limit: Limit = 100
) -> StatementsOut:
    """The statements for one author, in their order."""

    def look(session: Session) -> StatementsOut:
        query = select(StatementRecord).where(StatementRecord.author_id == find_author(session, id).id)
        found = page(session, query, StatementRecord.id, after, limit)
        return StatementsOut(statements=[show_statement(session, row) for row in found.rows], next=found.next)

    return await read(request, look)


def _find(session: Session, key: str) -> StatementRecord:
    found = session.scalars(select(StatementRecord).where(StatementRecord.key == key)).one_or_none()
    if found is None:
        raise NotFound("there is no such statement")
    return found
