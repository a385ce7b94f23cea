"""Requests that a client may send again: `Idempotency-Key`."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from comity.errors import Conflict
from comity.store.tables import Answered


def request_digest(method: str, path: str, body: bytes) -> str:
    return sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


def answered_before(session: Session, client: int, key: str, digest: str) -> Answered | None:
    """What was answered to the request. Raises Conflict if `key` came with another request."""
    found = session.get(Answered, (client, key))
    if found is not None and found.digest != digest:
        raise Conflict(
            "this `Idempotency-Key` was used for another request", next_step="Use a new key for each request."
        )
    return found


def answer_once(
    session: Session, client: int, key: str, digest: str, *, status: int, location: str, now: datetime
) -> None:
    """Remembers the answer, in the transaction of what it tells: `location` is where what it made stands."""
    session.add(Answered(client=client, key=key, digest=digest, status=status, location=location, at=now))
    session.flush()
