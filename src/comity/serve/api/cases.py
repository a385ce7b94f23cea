"""`/v1/cases`: what people are to decide, taken under a lease, and ruled in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comity.review.lease import find_case, give_back, take_case, take_next
from comity.review.queue import CURSOR_PATTERN, State, list_cases
from comity.review.rule import NewRuling, rule_case
from comity.review.show import show_case, show_cases
from comity.serve.auth import check_scope, needs
from comity.serve.body import JsonRoute
from comity.serve.problems import described
from comity.serve.service import service_of
from comity.serve.storing import Limit, read, write
from comity.store.tables import ItemRecord, now
from comity.store.users import working_user
from comity.wire.items import Key
from comity.wire.review import CaseOut, CasesOut, LeaseIn, NextCaseIn, NextCaseOut, RulingIn

router = APIRouter(
    prefix="/v1/cases", tags=["review"], route_class=JsonRoute, dependencies=[Depends(needs("review"))]
)
_CONFLICT = described("The case is closed, or somebody else's.")
_DISABLED = described("The user was disabled, or the API key lacks the scope that this needs.")
WithText = Annotated[
    bool, Query(description="With what the item says and people wrote; needs the scope `read`.")
]


@router.get("")
async def read_cases(
    request: Request,
    state: State = "open",
    queue: Annotated[Key | None, Query()] = None,
    after: Annotated[
        str | None, Query(pattern=CURSOR_PATTERN, description="The `next` of the page before.")
    ] = None,
    limit: Limit = 100,
) -> CasesOut:
    """Open cases, most urgent first; closed ones in the order in which they were opened."""

    def look(session: Session) -> CasesOut:
        found = list_cases(session, state, queue=queue, after=after, size=limit)
        return CasesOut(cases=show_cases(session, found.cases), next=found.next)

    return await read(request, look)


@router.post("/next", responses={403: _DISABLED})
async def take_next_case(request: Request, body: NextCaseIn, text: WithText = False) -> NextCaseOut:
    """Leases the most urgent case that nobody has to the user, for ten minutes."""
    if text:
        check_scope(request, "read")

    def work(session: Session) -> NextCaseOut:
        found = take_next(session, working_user(session, body.user), now(), body.queue)
        return NextCaseOut(case=show_case(session, found, with_texts=text) if found else None)

    return await write(request, work)


@router.get("/{key}")
async def read_case(request: Request, key: Key, text: WithText = False) -> CaseOut:
    """The case with its item, its reports, appeals and rulings, and every decision on the item."""
    if text:
        check_scope(request, "read")
    return await read(request, lambda session: show_case(session, find_case(session, key), with_texts=text))


@router.post("/{key}/lease", responses={403: _DISABLED, 409: _CONFLICT})
async def take_one_case(request: Request, key: Key, body: LeaseIn, text: WithText = False) -> CaseOut:
    """Leases the case to the user for ten minutes, or for ten more."""
    if text:
        check_scope(request, "read")

    def work(session: Session) -> CaseOut:
        found = take_case(session, key, working_user(session, body.user), now())
        return show_case(session, found, with_texts=text)

    return await write(request, work)


@router.delete("/{key}/lease", status_code=204, response_class=Response, responses={403: _DISABLED})
async def give_case_back(request: Request, key: Key, user: Annotated[Key, Query()]) -> None:
    """The case is free again, if it was the user's."""
    await write(request, lambda session: give_back(session, key, working_user(session, user)))


@router.post("/{key}/ruling", responses={403: _DISABLED, 409: _CONFLICT})
async def rule(request: Request, key: Key, body: RulingIn) -> CaseOut:
    """Closes the case that the user holds with a decision about its item."""
    policies = service_of(request).policies
    new = NewRuling(body.action, body.rule, body.note, body.revision)

    def work(session: Session) -> CaseOut:
        user = working_user(session, body.user)
        case = find_case(session, key)
        policy = policies.find(session.get_one(ItemRecord, case.item_id).policy)
        rule_case(session, key, user, new, policy, now())
        return show_case(session, case)

    return await write(request, work)
