"""`/v1/reports`: what people flag, and what became of it; `/v1/policies/{name}/reasons`: what they can flag it for."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.errors import InputError, NotFound
from comity.intake.accept import find_item
from comity.intake.report import NewReport, report
from comity.policy import Policy, Reason, leaves, reasons_of
from comity.review.show import show_reports
from comity.serve.auth import check_scope, needs
from comity.serve.body import JsonRoute
from comity.serve.once import OnceOnly
from comity.serve.problems import described
from comity.serve.service import policy_of, service_of
from comity.serve.storing import After, Limit, read, write
from comity.store.paging import page
from comity.store.tables import Author, ItemRecord, Report, now
from comity.wire.items import Key
from comity.wire.review import ReasonOut, ReasonsOut, ReportIn, ReportOut, ReportsOut

router = APIRouter(prefix="/v1", tags=["reports"], route_class=JsonRoute)
_REPORTS = [Depends(needs("moderate"))]
_SEES = [Depends(needs("moderate", "review"))]
_READS = [Depends(needs("read", "review"))]
_PATH = "/v1/reports/"
_CONFLICT = described("The `Idempotency-Key` was used for another request.")
WithText = Annotated[bool, Query(description="With what people wrote; needs the scope `read`.")]


@router.post(
    "/reports",
    status_code=201,
    response_model=ReportOut,
    dependencies=_REPORTS,
    responses={200: {"model": ReportOut, "description": "It was reported before."}, 409: _CONFLICT},
)
async def send_report(request: Request, new: ReportIn, once: OnceOnly) -> Response:
    """Flags an item: a person will look at it. The same reporter with the same reason has reported once."""
    policies = service_of(request).policies

    def work(session: Session) -> tuple[int, ReportOut]:
        before = once.answered(session)
        if before is not None:
            found = find_report(session, before.location.removeprefix(_PATH))
            return before.status, show_reports(session, [found])[0]
        policy = policies.find(find_item(session, new.item).policy)
        given = NewReport(new.item, _reason(policy, new.reason), new.reporter, new.source, new.comment)
        made, fresh = report(session, given, now())
        status = 201 if fresh else 200
        once.remember(session, status, f"{_PATH}{made.key}")
        return status, show_reports(session, [made])[0]

    status, told = await write(request, work)
    return JSONResponse(told.model_dump(mode="json"), status, {"Location": f"{_PATH}{told.key}"})


@router.get("/reports", dependencies=_READS)
async def read_reports(
    request: Request,
    item: Annotated[Key | None, Query()] = None,
    reporter: Annotated[Key | None, Query()] = None,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    after: After = 0,
    limit: Limit = 100,
    text: WithText = False,
) -> ReportsOut:
    """Reports, in the order in which they came."""
    if text:
        check_scope(request, "read")

    def look(session: Session) -> ReportsOut:
        query = select(Report)
        if item is not None:
            whose = select(ItemRecord.id).where(ItemRecord.key == item).scalar_subquery()
            query = query.where(Report.item_id == whose)
        if reporter is not None:
            who = select(Author.id).where(Author.key == reporter).scalar_subquery()
            query = query.where(Report.reporter_id == who)
        if state is not None:
            query = query.where(Report.outcome.is_(None) if state == "open" else Report.outcome.is_not(None))
        found = page(session, query, Report.id, after, limit)
        return ReportsOut(reports=show_reports(session, found.rows, with_texts=text), next=found.next)

    return await read(request, look)


@router.get("/reports/{key}", dependencies=_SEES)
async def read_report(request: Request, key: Key, text: WithText = False) -> ReportOut:
    """How the report stands: its outcome is what the reporter can be told."""
    if text:
        check_scope(request, "read")

    def look(session: Session) -> ReportOut:
        return show_reports(session, [find_report(session, key)], with_texts=text)[0]

    return await read(request, look)


@router.get("/policies/{name}/reasons", dependencies=_SEES)
async def read_reasons(request: Request, name: Key) -> ReasonsOut:
    """What an item can be reported for under a policy, as a tree."""
    policy = policy_of(request, name)
    return ReasonsOut(policy=policy.reference, reasons=[_reason_out(found) for found in reasons_of(policy)])


def find_report(session: Session, key: str) -> Report:
    """Raises NotFound."""
    found = session.scalars(select(Report).where(Report.key == key)).one_or_none()
    if found is None:
        raise NotFound("there is no such report")
    return found


def _reason(policy: Policy, id: str) -> Reason:
    known = {reason.id: reason for reason in leaves(reasons_of(policy))}
    if id not in known:
        raise InputError(
            f"the policy {policy.reference} has no such reason", next_step=f"Use one of {', '.join(known)}."
        )
    return known[id]


def _reason_out(reason: Reason) -> ReasonOut:
    return ReasonOut(
        id=reason.id,
        text=reason.text,
        rules=list(reason.rules),
        dsa=reason.dsa,
        reasons=[_reason_out(child) for child in reason.reasons],
    )
