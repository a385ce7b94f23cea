"""Deciding the items of a request: in a batch with those of others, and only while its client waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence, Set
from typing import TypeVar

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request

from comity.content import Item
from comity.decide import NO_FACTS, Decision, Facts
from comity.moderator import Moderator
from comity.serve.service import policy_of, service_of

Told = TypeVar("Told")


async def moderator_for(request: Request, policy: str | None) -> Moderator:
    """That of the policy called `policy`, otherwise of the request's key, otherwise of the server. Raises NotFound."""
    policies = service_of(request).policies
    chosen = policy_of(request, policy)
    found = policies.ready(chosen)
    return await to_thread.run_sync(policies.moderator, chosen) if found is None else found


async def decide(
    request: Request,
    moderator: Moderator,
    items: Sequence[Item],
    tell: Callable[[list[Decision]], Told],
    *,
    facts: Sequence[Facts] | None = None,
    want: Set[str] = frozenset(),
    edited: bool = False,
) -> Told:
    """What `tell`, called in a thread, makes of the decisions for `items`.

    want: criteria that need scores. edited: the moderator's policy is not the server's own. Raises TooMany,
    Unavailable, what `tell` raises, and ClientDisconnect.
    """
    service, state = service_of(request), request.state
    given = facts or [NO_FACTS] * len(items)

    def counted(decisions: list[Decision]) -> Told:
        for decision in decisions:
            service.metrics.decided(state.door, decision, edited=edited)
            state.actions[decision.action] += 1
        return tell(decisions)

    deciding = asyncio.ensure_future(service.batcher.decide(moderator, items, given, want, counted))
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({deciding, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not deciding.done():
            raise ClientDisconnect
        return deciding.result()
    finally:
        deciding.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
