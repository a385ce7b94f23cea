"""`/v1/webhooks`: who is told of events, and what became of each delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comity.intake.signature import webhook_id
from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.problems import MEDIA_TYPE
from comity.serve.service import service_of
from comity.serve.storing import BIGGEST_ID, After, Limit, read, write
from comity.store import outbox, webhooks
from comity.store.events import PUBLIC
from comity.store.hosts import URL_PATTERN
from comity.store.outbox import State
from comity.store.tables import ID_CHARS, Delivery, Event, Webhook, now

_NAME = f"^{webhooks.NAME_PATTERN}$"
_TAKEN = {
    "description": "There is a webhook of this name.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

router = APIRouter(
    prefix="/v1/webhooks", tags=["webhooks"], route_class=JsonRoute, dependencies=[Depends(needs("admin"))]
)
Name = Annotated[str, Path(pattern=_NAME)]
DeliveryId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Kind = Annotated[str, Field(json_schema_extra={"enum": list(PUBLIC)})]


class WebhookIn(BaseModel):
    """A receiver to add."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(pattern=_NAME)
    url: str = Field(
        pattern=f"^{URL_PATTERN}$",
        max_length=ID_CHARS,
        description="https; http for this machine and the hosts in COMITY_WEBHOOK_HOSTS.",
    )
    kinds: list[Kind] = Field(default_factory=list, description="Of events; all of them if empty.")


class WebhookOut(BaseModel):
    name: str
    url: str
    kinds: list[str]
    created_at: datetime
    disabled_at: datetime | None
    previous_until: datetime | None = Field(
        description="Until then the secret before this one signs as well."
    )


class IssuedWebhookOut(WebhookOut):
    secret: str = Field(description="Keep it: it is shown here and nowhere else again.")


class WebhooksOut(BaseModel):
    webhooks: list[WebhookOut]
    next: int | None


class DeliveryOut(BaseModel):
    id: int
    event: str = Field(description="What the receiver gets as `webhook-id`.")
    kind: str
    subject: str
    attempts: int
    due_at: datetime
    delivered_at: datetime | None
    dead_at: datetime | None
    error: str | None = Field(description="What went wrong at the last attempt.")


class DeliveriesOut(BaseModel):
    deliveries: list[DeliveryOut]
    next: int | None


class ReplayedOut(BaseModel):
    replayed: int


@router.get("")
async def list_webhooks(request: Request, after: After = 0, limit: Limit = 100) -> WebhooksOut:
    """All webhooks, oldest first."""

    def listed(session: Session) -> WebhooksOut:
        found = webhooks.list_webhooks(session, after=after, size=limit)
        return WebhooksOut(webhooks=[_webhook(row) for row in found.rows], next=found.next)

    return await read(request, listed)


@router.post("", status_code=201, responses={409: _TAKEN})
async def add_webhook(request: Request, body: WebhookIn) -> IssuedWebhookOut:
    """Adds a webhook and makes its secret."""
    hosts = service_of(request).webhook_hosts

    def add(session: Session) -> IssuedWebhookOut:
        return _issued(webhooks.add_webhook(session, body.name, body.url, kinds=body.kinds, hosts=hosts))

    return await write(request, add)


@router.get("/{name}")
async def get_webhook(request: Request, name: Name) -> WebhookOut:
    return await read(request, lambda session: _webhook(webhooks.get_webhook(session, name)))


@router.delete("/{name}", status_code=204, response_class=Response)
async def remove_webhook(request: Request, name: Name) -> None:
    """Removes a webhook, with what still waits for it."""
    await write(request, lambda session: webhooks.remove_webhook(session, name))


@router.post("/{name}/rotate")
async def rotate(
    request: Request,
    name: Name,
    overlap_hours: Annotated[
        int,
        Query(ge=0, le=webhooks.MOST_OVERLAP_HOURS, description="How long the old secret signs as well."),
    ] = webhooks.OVERLAP_HOURS,
) -> IssuedWebhookOut:
    """Makes a new secret, which signs at once."""
    return await write(
        request,
        lambda session: _issued(webhooks.rotate_secret(session, name, overlap_hours=overlap_hours)),
    )


@router.post("/{name}/enable")
async def enable(request: Request, name: Name) -> WebhookOut:
    """Sends to it again, beginning with what waits."""
    return await write(request, lambda session: _webhook(webhooks.enable_webhook(session, name)))


@router.post("/{name}/disable")
async def disable(request: Request, name: Name) -> WebhookOut:
    """Sends nothing until it is enabled; what waits stays, what happens meanwhile is not for it."""
    return await write(request, lambda session: _webhook(webhooks.disable_webhook(session, name)))


@router.get("/{name}/deliveries")
async def list_deliveries(
    request: Request, name: Name, state: State = "waiting", after: After = 0, limit: Limit = 100
) -> DeliveriesOut:
    """The deliveries of a webhook in one state, oldest first."""

    def listed(session: Session) -> DeliveriesOut:
        webhook = webhooks.get_webhook(session, name)
        found = outbox.list_deliveries(session, webhook, state, after=after, size=limit)
        events = select(Event).where(Event.id.in_([row.event_id for row in found.rows]))
        kinds = {event.id: event.kind for event in session.scalars(events)}
        return DeliveriesOut(
            deliveries=[_delivery(row, kinds[row.event_id]) for row in found.rows], next=found.next
        )

    return await read(request, listed)


@router.post("/{name}/deliveries/{id}/replay")
async def replay(request: Request, name: Name, id: DeliveryId) -> ReplayedOut:
    """Tries a dead delivery anew."""
    return await write(request, lambda session: _replayed(session, name, id))


@router.post("/{name}/replay")
async def replay_all(request: Request, name: Name) -> ReplayedOut:
    """Tries all dead deliveries of a webhook anew."""
    return await write(request, lambda session: _replayed(session, name))


@router.delete("/{name}/deliveries/{id}", status_code=204, response_class=Response)
async def discard(request: Request, name: Name, id: DeliveryId) -> None:
    """Erases a dead delivery."""

    def discarded(session: Session) -> None:
        outbox.discard(session, webhooks.get_webhook(session, name), id)

    await write(request, discarded)


def _replayed(session: Session, name: str, id: int | None = None) -> ReplayedOut:
    webhook = webhooks.get_webhook(session, name)
    return ReplayedOut(replayed=outbox.replay(session, webhook, now(), id))


def _webhook(webhook: Webhook) -> WebhookOut:
    return WebhookOut(
        name=webhook.name,
        url=webhook.url,
        kinds=webhook.kinds.split(),
        created_at=webhook.created_at,
        disabled_at=webhook.disabled_at,
        previous_until=webhook.previous_until,
    )


def _issued(issued: webhooks.IssuedWebhook) -> IssuedWebhookOut:
    return IssuedWebhookOut(secret=issued.secret, **_webhook(issued.webhook).model_dump())


def _delivery(delivery: Delivery, kind: str) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.id,
        event=webhook_id(delivery.event_id),
        kind=kind,
        subject=delivery.subject,
        attempts=delivery.attempts,
        due_at=delivery.due_at,
        delivered_at=delivery.delivered_at,
        dead_at=delivery.dead_at,
        error=delivery.error,
    )
