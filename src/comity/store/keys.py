"""API keys: issued once in clear, kept as a hash, revoked but never forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import InputError, NotFound
from comity.store.paging import Page, page
from comity.store.tables import ID_CHARS, ApiKey, now

Scope = Literal["moderate", "read", "review", "annotate", "admin"]
"""What a key may do: send items, have them decided and see how they stand; read what items say, and all lists; rule in
cases; say what a comment should have been scored; change blocklists and read the metrics.
"""
SCOPES: tuple[Scope, ...] = get_args(Scope)

_DEFAULT: tuple[Scope, ...] = ("moderate",)
_SCHEME = "comity_"
_SECRET_BYTES = 32
_PREFIX_CHARS = len(_SCHEME) + 6


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """`secret` is what the client sends. It is shown here and nowhere else again."""

    secret: str
    key: ApiKey


def issue_key(
    session: Session,
    name: str,
    *,
    scopes: Collection[Scope] = _DEFAULT,
    policy: str | None = None,
    per_minute: int | None = None,
) -> IssuedKey:
    """A new key with 256 random bits; `name` says whose it is.

    policy: for its requests that name none. per_minute: the most requests in a minute. Raises InputError for a name
    that is empty or longer than ID_CHARS, for no or an unknown scope, for a rate below 1.
    """
    if not 1 <= len(name) <= ID_CHARS:
        raise InputError(f"the name of a key has 1 to {ID_CHARS} characters")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InputError(f"a key has one or more of the scopes {', '.join(SCOPES)}")
    if per_minute is not None and per_minute < 1:
        raise InputError("a key may make at least one request in a minute")
    secret = _SCHEME + token_urlsafe(_SECRET_BYTES)
    key = ApiKey(
        name=name,
        prefix=secret[:_PREFIX_CHARS],
        digest=_digest(secret),
        scope=" ".join(sorted(set(scopes))),
        policy=policy,
        per_minute=per_minute,
    )
    session.add(key)
    session.flush()
    return IssuedKey(secret, key)


def find_key(session: Session, secret: str) -> ApiKey | None:
    """The key with this `secret`, unless it was revoked or there is none."""
    query = select(ApiKey).where(ApiKey.digest == _digest(secret), ApiKey.revoked_at.is_(None))
    return session.scalars(query).one_or_none()


def list_keys(session: Session, *, after: int = 0, size: int = 100) -> Page[ApiKey]:
    """All keys, revoked ones too."""
    return page(session, select(ApiKey), ApiKey.id, after, size)


def revoke_key(session: Session, id: int) -> ApiKey:
    """From now on the key is refused. Revoking twice keeps the first time. Raises NotFound."""
    key = session.get(ApiKey, id, with_for_update=True)
    if key is None:
        raise NotFound(f"there is no API key {id}", next_step="List the keys to see their numbers.")
    key.revoked_at = key.revoked_at or now()
    return key


def _digest(secret: str) -> str:
    # A plain hash will do: nobody guesses 256 random bits, so there is nothing to slow down.
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
