"""`Idempotency-Key`: what a client sends a second time is not done a second time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.intake.once import answer_once, answered_before, request_digest
from comity.store import ApiKey
from comity.store.tables import Answered, now

_KEY_CHARS = 255


@dataclass(frozen=True, slots=True)
class Once:
    """A request of `client`, the number of its API key. Without a `key` nothing is remembered of it."""

    client: int
    key: str | None
    digest: str

    def answered(self, session: Session) -> Answered | None:
        """What the same request was answered. Raises Conflict if the key came with another one."""
        return answered_before(session, self.client, self.key, self.digest) if self.key else None

    def remember(self, session: Session, status: int, location: str) -> None:
        """In the transaction of what the request does; `location` is the path at which that stands."""
        if self.key:
            answer_once(
                session, self.client, self.key, self.digest, status=status, location=location, now=now()
            )


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=_KEY_CHARS,
            description="Yours, one for each request: the same request with the same key is done once.",
        ),
    ] = None,
) -> Once:
    key: ApiKey | None = getattr(request.state, "key", None)
    digest = request_digest(request.method, request.url.path, await request.body())
    return Once(key.id if key else 0, idempotency_key, digest)


OnceOnly = Annotated[Once, Depends(_once)]
"""The request, to be done once."""
