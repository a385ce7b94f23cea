"""What a webhook is sent: an event as JSON, with headers that prove who sent it (https://www.standardwebhooks.com)."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from json import dumps
from typing import Any

from comity.store.webhooks import SECRET_SCHEME


def webhook_id(event_id: int) -> str:
    """What a receiver tells events apart by; the same each time that an event is sent."""
    return f"evt_{event_id}"


def body_of(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """at: when it happened, not when it is sent."""
    time = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return dumps({"type": kind, "timestamp": time, "data": data}, separators=(",", ":")).encode()


def signed_headers(event_id: int, body: bytes, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """`now` is part of what is signed: a receiver refuses what somebody caught and sends it again later."""
    id, timestamp = webhook_id(event_id), str(int(now.timestamp()))
    signed = b".".join((id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(SECRET_SCHEME))
    return f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
