"""Webhooks: addresses that are told of events, each with a secret that signs what it is sent."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from comity.errors import Conflict, InputError, NotFound
from comity.store.events import PUBLIC
from comity.store.hosts import check_url
from comity.store.paging import Page, page
from comity.store.tables import Delivery, Webhook, now
from comity.store.upsert import add_if_absent

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
OVERLAP_HOURS = 24
MOST_OVERLAP_HOURS = 168
SECRET_SCHEME = "whsec_"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """`secret` is what the receiver verifies with. It is shown here and nowhere else again."""

    secret: str
    webhook: Webhook


def add_webhook(
    session: Session, name: str, url: str, *, kinds: Collection[str] = (), hosts: Collection[str] = ()
) -> IssuedWebhook:
    """A new webhook with a secret of 256 random bits. It is told of what happens from now on.

    kinds: of events, out of PUBLIC; all of them if there is none. hosts: those that the operator lists for
    `check_url`. Raises InputError, Conflict if there is one called `name`.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise InputError("the name of a webhook has 1 to 64 letters, digits, dots, hyphens and underscores")
    unknown = sorted(set(kinds) - PUBLIC.keys())
    if unknown:
        raise InputError(f"there are no events `{unknown[0]}`", next_step=f"Use: {', '.join(PUBLIC)}.")
    check_url(url, hosts)
    secret = _new_secret()
    wanted = " ".join(sorted(set(kinds)))
    added = add_if_absent(session, Webhook, name=name, url=url, kinds=wanted, secret=secret)
    if not added:
        raise Conflict(f"there is a webhook `{name}`", next_step="Choose another name, or remove it first.")
    return IssuedWebhook(secret, get_webhook(session, name))


def get_webhook(session: Session, name: str, *, for_update: bool = False) -> Webhook:
    """Raises NotFound."""
    query = select(Webhook).where(Webhook.name == name)
    found = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if found is None:
        raise NotFound(f"there is no webhook `{name}`", next_step="List the webhooks to see their names.")
    return found


def list_webhooks(session: Session, *, after: int = 0, size: int = 100) -> Page[Webhook]:
    """All webhooks, disabled ones too, oldest first."""
    return page(session, select(Webhook), Webhook.id, after, size)


def rotate_secret(session: Session, name: str, *, overlap_hours: int = OVERLAP_HOURS) -> IssuedWebhook:
    """A new secret that signs at once; the one before signs as well for `overlap_hours`, so that the receiver can
    change over in its own time. With 0 the old one is worth nothing from now on. Raises NotFound, InputError.
    """
    if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
        raise InputError(f"an old secret signs for 0 to {MOST_OVERLAP_HOURS} hours more")
    webhook = get_webhook(session, name, for_update=True)
    webhook.previous_secret = webhook.secret if overlap_hours else None
    webhook.previous_until = now() + timedelta(hours=overlap_hours) if overlap_hours else None
    webhook.secret = _new_secret()
    return IssuedWebhook(webhook.secret, webhook)


def disable_webhook(session: Session, name: str) -> Webhook:
    """What waits for it stays, and it is told of nothing new. Disabling twice keeps the first time. Raises NotFound."""
    webhook = get_webhook(session, name, for_update=True)
    webhook.disabled_at = webhook.disabled_at or now()
    return webhook


def enable_webhook(session: Session, name: str) -> Webhook:
    """It gets what waits for it, and is told of what happens from now on. Raises NotFound."""
    webhook = get_webhook(session, name, for_update=True)
    webhook.disabled_at = None
    return webhook


def remove_webhook(session: Session, name: str) -> None:
    """Erases the webhook and its deliveries, delivered or not; the events stay. Raises NotFound."""
    webhook = get_webhook(session, name, for_update=True)
    session.execute(delete(Delivery).where(Delivery.webhook_id == webhook.id))
    session.delete(webhook)


def _new_secret() -> str:
    return SECRET_SCHEME + b64encode(token_bytes(_SECRET_BYTES)).decode()
