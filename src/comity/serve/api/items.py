"""`/v1/items`: items that are sent, decided and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.decide import Decision
from comity.errors import Conflict
from comity.intake.accept import accept, check_same, content_in, delete, edit, edited, find_item, revision_of
from comity.intake.show import show_decision, show_decisions, show_item, show_items, show_unkept
from comity.intake.submit import Kept, Ready, keep, keep_edit, ready, ready_again
from comity.moderator import Moderator
from comity.policy import ItemAction
from comity.serve.auth import check_scope, needs
from comity.serve.body import JsonRoute
from comity.serve.deciding import decide, moderator_for
from comity.serve.once import Once, OnceOnly
from comity.serve.paths import ItemId, path_of_item
from comity.serve.problems import described
from comity.serve.service import service_of
from comity.serve.storing import After, Limit, read, write
from comity.store.items import list_decisions, list_items
from comity.store.tables import DecisionRecord, ItemRecord, now
from comity.wire.items import ItemEditIn, KeptItemIn, Key
from comity.wire.kept import DecisionsOut, ItemOut, ItemsOut, KeptDecisionOut

router = APIRouter(prefix="/v1", tags=["items"], route_class=JsonRoute)
_SENDS, _SEES, _READS = (
    [Depends(needs(*scopes))] for scopes in (("moderate",), ("moderate", "read"), ("read",))
)
_NOW, _LATER = 200, 202
_CONFLICT = described("It contradicts what was sent before.")
_WAITS = {"model": ItemOut, "description": "Accepted; it is decided in a moment."}

Prefer = Annotated[
    str | None, Header(description="`respond-async`: accept it now and decide it in a moment (RFC 7240).")
]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: KeptDecisionOut | ItemOut


@router.post(
    "/items",
    status_code=201,
    response_model=KeptDecisionOut,
    dependencies=_SENDS,
    responses={
        200: {"model": KeptDecisionOut, "description": "It was sent before, and this is its decision."},
        202: _WAITS,
        409: _CONFLICT,
    },
)
async def send_item(request: Request, new: KeptItemIn, once: OnceOnly, prefer: Prefer = None) -> Response:
    """Decides an item and keeps both. The same item again is answered, and not decided again.

    With `Prefer: respond-async`, or a URL to fetch, it is accepted and decided in a moment.
    """
    moderator = await moderator_for(request, new.policy)
    policy, waits = moderator.policy, new.fetch is not None or _may_wait(prefer)
    if new.fetch is not None:
        service_of(request).fetcher.check(new.fetch)

    def look(session: Session) -> _Answer | Ready | None:
        before = None if new.do_not_store else _sent_before(session, new, once)
        return before or (None if waits and not new.do_not_store else ready(session, new, policy, now()))

    def take(session: Session) -> _Answer:
        before = _sent_before(session, new, once)
        if before is None:
            accepted = accept(session, new, content_in(new), policy.name, now())
            before = _told(session, accepted.item)
            once.remember(session, before.status, path_of_item(new.id))
        return before

    found = await read(request, look)
    if isinstance(found, _Answer):
        return _response(found, new.id)
    if found is None:
        return await _accepted(request, new.id, take)
    asked = found

    def write(decision: Decision, shadow: Decision | None) -> Callable[[Session], _Answer]:
        def work(session: Session) -> _Answer:
            before = _sent_before(session, new, once)
            if before is not None:
                return before
            kept = keep(session, new, asked, decision, policy, now(), shadow)
            answer = _told(session, kept.accepted.item, 201 if kept.accepted.fresh else _NOW)
            once.remember(session, answer.status, path_of_item(new.id))
            return answer

        return work

    if new.do_not_store:
        unkept = await decide(
            request,
            moderator,
            [asked.item],
            lambda decided: _Answer(_NOW, show_unkept(decided[0])),
            facts=[asked.facts],
        )
        return _response(unkept, None)
    return _response(await _decided(request, moderator, asked, write), new.id)


@router.put(
    "/items/{id:path}",
    response_model=KeptDecisionOut,
    dependencies=_SENDS,
    responses={202: _WAITS, 409: _CONFLICT},
)
async def edit_item(request: Request, id: ItemId, new: ItemEditIn, prefer: Prefer = None) -> Response:
    """What the item reads now: a revision, decided as a new item is. What reads as before changes nothing."""
    policies = service_of(request).policies

    def look(session: Session) -> tuple[str, _Answer | Ready]:
        item = find_item(session, id)
        last = revision_of(session, item)
        content = edited(session, last, new.texts)
        if item.deleted_at is not None or last.digest == content.digest:
            return item.policy, _told(session, item)
        return item.policy, ready_again(session, item, content, policies.find(item.policy), now())

    def take(session: Session) -> _Answer:
        return _told(session, edit(session, id, new.texts, now()).item)

    named, found = await read(request, look)
    if isinstance(found, _Answer):
        return _response(found, id)
    if _may_wait(prefer):
        return await _accepted(request, id, take)
    asked, moderator = found, await moderator_for(request, named)

    def write(decision: Decision, shadow: Decision | None) -> Callable[[Session], _Answer]:
        def work(session: Session) -> _Answer:
            kept: Kept = keep_edit(session, id, new.texts, asked, decision, moderator.policy, now(), shadow)
            return _told(session, kept.accepted.item)

        return work

    return _response(await _decided(request, moderator, asked, write), id)


@router.delete("/items/{id:path}", status_code=204, response_class=Response, dependencies=_SENDS)
async def delete_item(request: Request, id: ItemId) -> None:
    """The site deleted the item. What it said is kept as long as retention says."""
    await write(request, lambda session: delete(session, id, now()))


@router.get("/items", dependencies=_READS)
async def read_items(
    request: Request,
    community: Annotated[Key | None, Query()] = None,
    thread: Annotated[Key | None, Query()] = None,
    author: Annotated[Key | None, Query()] = None,
    action: Annotated[ItemAction | None, Query(description="The current decision's.")] = None,
    after: After = 0,
    limit: Limit = 100,
) -> ItemsOut:
    """Items, in the order in which they came."""

    def look(session: Session) -> ItemsOut:
        found = list_items(
            session,
            community=community,
            thread=thread,
            author=author,
            action=action,
            after=after,
            size=limit,
        )
        return ItemsOut(items=show_items(session, found.rows), next=found.next)

    return await read(request, look)


@router.get("/items/{id:path}/decisions", dependencies=_SEES)
async def read_decisions_on_item(
    request: Request, id: ItemId, after: After = 0, limit: Limit = 100
) -> DecisionsOut:
    """Every decision on the item, in the order in which they were made."""

    def look(session: Session) -> DecisionsOut:
        found = list_decisions(session, item_id=find_item(session, id).id, after=after, size=limit)
        return DecisionsOut(decisions=show_decisions(session, found.rows), next=found.next)

    return await read(request, look)


@router.get("/items/{id:path}", dependencies=_SEES)
async def read_item(
    request: Request,
    id: ItemId,
    text: Annotated[bool, Query(description="With what each revision says; needs the scope `read`.")] = False,
) -> ItemOut:
    """How the item stands: its revisions, and the current decision in full."""
    if text:
        check_scope(request, "read")
    return await read(request, lambda session: show_item(session, find_item(session, id), with_parts=text))


def _may_wait(prefer: str | None) -> bool:
    preferences = (part.partition(";")[0].strip().lower() for part in (prefer or "").split(","))
    return "respond-async" in preferences


def _sent_before(session: Session, new: KeptItemIn, once: Once) -> _Answer | None:
    """What is answered if the item was sent before. Raises Conflict if it was another one then."""
    answered = once.answered(session)
    item = session.scalars(select(ItemRecord).where(ItemRecord.key == new.id)).one_or_none()
    if item is None:
        return None
    if answered is None:
        check_same(session, item, new, content_in(new))
    return _told(session, item, answered.status if answered and answered.status != _LATER else _NOW)


def _told(session: Session, item: ItemRecord, status: int = _NOW) -> _Answer:
    """The current decision, or the item while it has none. Raises Conflict if it was deleted."""
    if item.deleted_at is not None:
        raise Conflict("the item was deleted", next_step="Use another id for another item.")
    if item.decision_id is None:
        return _Answer(_LATER, show_item(session, item))
    return _Answer(status, show_decision(session, session.get_one(DecisionRecord, item.decision_id)))


async def _decided(
    request: Request,
    moderator: Moderator,
    asked: Ready,
    write: Callable[[Decision, Decision | None], Callable[[Session], _Answer]],
) -> _Answer:
    """Runs what `write` makes of the decision, and of that by the policy's shadow rules, in one transaction."""
    storage = service_of(request).storage

    def tell(decisions: list[Decision]) -> _Answer:
        [decision] = decisions
        return storage.open().transact(write(decision, moderator.shadow(asked.item, decision)))

    return await decide(request, moderator, [asked.item], tell, facts=[asked.facts])


async def _accepted(request: Request, id: str, take: Callable[[Session], _Answer]) -> Response:
    answer = await write(request, take)
    service_of(request).pending.wake()
    response = _response(answer, id)
    if _may_wait(request.headers.get("prefer")):
        response.headers["Preference-Applied"] = "respond-async"
    return response


def _response(answer: _Answer, id: str | None) -> Response:
    headers = {"Location": path_of_item(id)} if id is not None else {}
    return JSONResponse(answer.body.model_dump(mode="json"), answer.status, headers)
