"""`/v1/events`: all that happened, in its order."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.serve.auth import needs
from comity.serve.storing import After, Limit, read
from comity.store.events import list_events
from comity.store.tables.base import SUBJECT_CHARS
from comity.wire.items import Key
from comity.wire.review import EventOut, EventsOut

router = APIRouter(prefix="/v1", tags=["events"], dependencies=[Depends(needs("read"))])
_MOST_KINDS = 20


@router.get("/events")
async def read_events(
    request: Request,
    subject: Annotated[
        str | None,
        Query(
            max_length=SUBJECT_CHARS,
            pattern=r"^[^\x00]+$",
            description="Such as `item:post-7` or `author:ann`.",
        ),
    ] = None,
    kind: Annotated[list[Key] | None, Query(max_length=_MOST_KINDS, description="Repeatable.")] = None,
    after: After = 0,
    limit: Limit = 100,
) -> EventsOut:
    """Events, oldest first. Who goes on from the `number` of the last one that they saw misses none."""

    def look(session: Session) -> EventsOut:
        found = list_events(session, subject=subject, kinds=kind or (), after=after, size=limit)
        return EventsOut(
            events=[
                EventOut(
                    number=row.id,
                    kind=row.kind,
                    subject=row.subject,
                    actor=row.actor,
                    data=row.data,
                    at=row.at,
                )
                for row in found.rows
            ],
            next=found.next,
        )

    return await read(request, look)
