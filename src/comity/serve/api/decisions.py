"""`/v1/decisions`: the log of decisions, and making one again."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.intake.replay import recorded, replay
from comity.intake.show import show_decision, show_decisions
from comity.moderator.record import decision_out
from comity.serve.auth import needs
from comity.serve.problems import described
from comity.serve.service import service_of
from comity.serve.storing import After, Limit, read
from comity.store.items import find_decision, list_decisions
from comity.wire.items import Key
from comity.wire.kept import DecisionsOut, KeptDecisionOut, ReplayOut

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
DecisionId = Annotated[Key, Path(description="As `decision` says in any answer.")]


@router.get("", dependencies=[Depends(needs("read"))])
async def read_decisions(request: Request, after: After = 0, limit: Limit = 100) -> DecisionsOut:
    """All decisions, in the order in which they were made; those of shadow rules too."""

    def look(session: Session) -> DecisionsOut:
        found = list_decisions(session, after=after, size=limit)
        return DecisionsOut(decisions=show_decisions(session, found.rows), next=found.next)

    return await read(request, look)


@router.get("/{id}", dependencies=[Depends(needs("moderate", "read"))])
async def read_decision(request: Request, id: DecisionId) -> KeptDecisionOut:
    """The decision in full, while what it rests on is not purged."""
    return await read(request, lambda session: show_decision(session, find_decision(session, id)))


@router.post(
    "/{id}/replay",
    dependencies=[Depends(needs("read"))],
    responses={409: described("A person made it, or what it rests on was purged.")},
)
async def replay_decision(request: Request, id: DecisionId) -> ReplayOut:
    """Decides again from what was recorded, under the policy as it was then. Nothing is kept, and nothing follows."""
    before = await read(request, lambda session: recorded(session, id))
    moderator = await to_thread.run_sync(service_of(request).policies.edited, before.policy)
    again = await to_thread.run_sync(replay, before, moderator)
    return ReplayOut(same=again.same, same_plan=again.same_plan, decision=decision_out(again.decision))
