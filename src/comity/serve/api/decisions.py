"""`/v1/decisions`: the log of decisions, and making one again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.intake.replay import recorded, replay
from comity.intake.show import show_decision, show_decisions
from comity.moderator.record import decision_out
from comity.serve.auth import needs
from comity.serve.problems import described
from comity.serve.service import service_of
from comity.store.items import find_decision, list_decisions
from comity.store.paging import MAX_PAGE
from comity.wire.items import Key
from comity.wire.kept import DecisionsOut, KeptDecisionOut, ReplayOut

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
_BIGGEST_ID = 2**31 - 1
After = Annotated[int, Query(ge=0, le=_BIGGEST_ID, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
DecisionId = Annotated[Key, Path(description="As `decision` says in any answer.")]
Result = TypeVar("Result")


@router.get("", dependencies=[Depends(needs("read"))])
async def read_decisions(request: Request, after: After = 0, limit: Limit = 100) -> DecisionsOut:
    """All decisions, in the order in which they were made; those of shadow rules too."""

    def look(session: Session) -> DecisionsOut:
        found = list_decisions(session, after=after, size=limit)
        return DecisionsOut(decisions=show_decisions(session, found.rows), next=found.next)

    return await _read(request, look)


@router.get("/{id}", dependencies=[Depends(needs("moderate", "read"))])
async def read_decision(request: Request, id: DecisionId) -> KeptDecisionOut:
    """The decision in full, while what it rests on is not purged."""
    return await _read(request, lambda session: show_decision(session, find_decision(session, id)))


@router.post(
    "/{id}/replay",
    dependencies=[Depends(needs("read"))],
    responses={409: described("A person made it, or what it rests on was purged.")},
)
async def replay_decision(request: Request, id: DecisionId) -> ReplayOut:
    """Decides again from the outcomes and facts that were recorded, under the policy as it was then. Nothing is kept, and
    nothing follows.
    """
    before = await _read(request, lambda session: recorded(session, id))
    moderator = await to_thread.run_sync(service_of(request).policies.edited, before.policy)
    again = await to_thread.run_sync(replay, before, moderator)
    return ReplayOut(same=again.same, same_plan=again.same_plan, decision=decision_out(again.decision))


async def _read(request: Request, look: Callable[[Session], Result]) -> Result:
    def work() -> Result:
        with service_of(request).storage.open().read() as session:
            return look(session)

    return await to_thread.run_sync(work)
