"""`/v1/authors`: how an author stands, and lifting a restriction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.intake.effects import lift_restriction
from comity.intake.facts import history_of
from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.paths import AuthorId
from comity.serve.problems import described
from comity.serve.storing import BIGGEST_ID, read, write
from comity.store.authors import find_author
from comity.store.items import keys_of
from comity.store.tables import Author, DecisionRecord, RestrictionRecord, StrikeRecord, now
from comity.store.users import working_user
from comity.wire.review import AuthorOut, HistoryOut, LeaseIn, RestrictionOut, StrikeOut

router = APIRouter(prefix="/v1/authors", tags=["authors"], route_class=JsonRoute)
_SEES, _REVIEWS = [Depends(needs("moderate", "read", "review"))], [Depends(needs("review"))]
_MOST_SHOWN = 100
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID, description="As `number` says of a restriction.")]


@router.post(
    "/{id}/restrictions/{number}/lift",
    dependencies=_REVIEWS,
    responses={403: described("The user was disabled, or the API key lacks the scope that this needs.")},
)
async def lift(request: Request, id: AuthorId, number: Number, body: LeaseIn) -> RestrictionOut:
    """Ends a restriction; one that has ended stays as it was."""

    def work(session: Session) -> RestrictionOut:
        user = working_user(session, body.user)
        lifted = lift_restriction(session, id, number, now(), actor=user.key)
        return _restrictions(session, [lifted])[0]

    return await write(request, work)


@router.get("/{id}", dependencies=_SEES)
async def read_author(request: Request, id: AuthorId) -> AuthorOut:
    """The strikes that count, the newest hundred restrictions, and how many items, removals and reports there were."""

    def look(session: Session) -> AuthorOut:
        author = find_author(session, id)
        restrictions = session.scalars(
            select(RestrictionRecord)
            .where(RestrictionRecord.author_id == author.id)
            .order_by(RestrictionRecord.id.desc())
            .limit(_MOST_SHOWN)
        ).all()
        return AuthorOut(
            id=author.key,
            joined_at=author.joined_at,
            seen_at=author.seen_at,
            erased_at=author.erased_at,
            strikes=_strikes(session, author),
            restrictions=_restrictions(session, restrictions),
            history=HistoryOut(**history_of(session, author)),
        )

    return await read(request, look)


def _strikes(session: Session, author: Author) -> list[StrikeOut]:
    rows = session.scalars(
        select(StrikeRecord)
        .where(
            StrikeRecord.author_id == author.id,
            StrikeRecord.expires_at > now(),
            StrikeRecord.revoked_at.is_(None),
        )
        .order_by(StrikeRecord.id)
    ).all()
    decisions = keys_of(session, DecisionRecord, (row.decision_id for row in rows))
    return [
        StrikeOut(
            community=row.community,
            rule=row.rule,
            weight=row.weight,
            given_at=row.given_at,
            expires_at=row.expires_at,
            decision=decisions[row.decision_id],
        )
        for row in rows
    ]


def _restrictions(session: Session, rows: Sequence[RestrictionRecord]) -> list[RestrictionOut]:
    decisions = keys_of(session, DecisionRecord, (row.decision_id for row in rows))
    return [
        RestrictionOut(
            number=row.id,
            community=row.community,
            action=row.action,
            starts_at=row.starts_at,
            until=row.until,
            ended=row.ended,
            ended_at=row.ended_at,
            decision=decisions[row.decision_id],
        )
        for row in rows
    ]
