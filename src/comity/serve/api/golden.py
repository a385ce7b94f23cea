"""`/v1/golden`: texts whose right action is known, to be mixed into queues."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comity.errors import InputError
from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.service import policy_of
from comity.serve.storing import BIGGEST_ID, After, Limit, read, write
from comity.store.golden import NewGoldenItem, add_golden, list_golden, retire_golden
from comity.store.tables import GoldenItem, Text
from comity.wire.items import Key
from comity.wire.review import GoldenIn, GoldenOut, GoldensOut

# Who reviews must not know which items are golden, nor what is right for them.
router = APIRouter(
    prefix="/v1/golden", tags=["review"], route_class=JsonRoute, dependencies=[Depends(needs("admin"))]
)
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.get("")
async def read_golden(
    request: Request,
    policy: Annotated[Key | None, Query(description="A policy's name.")] = None,
    after: After = 0,
    limit: Limit = 100,
) -> GoldensOut:
    """Golden items in use."""

    def look(session: Session) -> GoldensOut:
        found = list_golden(session, policy, after=after, size=limit)
        return GoldensOut(golden=[_golden(session, row) for row in found.rows], next=found.next)

    return await read(request, look)


@router.post("", status_code=201)
async def send_golden(request: Request, new: GoldenIn) -> GoldenOut:
    """Adds a golden item."""
    policy = policy_of(request, new.policy)
    if new.rule is not None and policy.rule(new.rule) is None:
        raise InputError(f"the policy {policy.reference} has no such rule")
    made = NewGoldenItem(policy.name, new.text, new.action, new.rule)
    return await write(request, lambda session: _golden(session, add_golden(session, made)))


@router.delete("/{number}", status_code=204, response_class=Response)
async def retire(request: Request, number: Number) -> None:
    """From now on nobody is shown the item; what was measured with it stays."""
    await write(request, lambda session: retire_golden(session, number))


def _golden(session: Session, row: GoldenItem) -> GoldenOut:
    text = session.get(Text, row.text_id) if row.text_id is not None else None
    return GoldenOut(
        number=row.id,
        policy=row.policy,
        text=text.content if text else None,
        action=row.action,
        rule=row.rule,
        created_at=row.created_at,
    )
