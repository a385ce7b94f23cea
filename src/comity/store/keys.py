"""API keys: issued once in clear, kept as a hash, revoked but never forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import NotFound
from comity.store.paging import Page, page
from comity.store.tables import ApiKey, now

_SCHEME = "comity_"
_SECRET_BYTES = 32
_PREFIX_CHARS = len(_SCHEME) + 6


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """`secret` is what the client sends. It is shown here and nowhere else again."""

    secret: str
    key: ApiKey


def issue_key(session: Session, name: str) -> IssuedKey:
    """A new key with 256 random bits; `name` says whose it is."""
    secret = _SCHEME + token_urlsafe(_SECRET_BYTES)
    key = ApiKey(name=name, prefix=secret[:_PREFIX_CHARS], digest=_digest(secret))
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
    key = session.get(ApiKey, id)
    if key is None:
        raise NotFound(f"there is no API key {id}", next_step="List the keys to see their numbers.")
    key.revoked_at = key.revoked_at or now()
    return key


def _digest(secret: str) -> str:
    # A plain hash will do: nobody guesses 256 random bits, so there is nothing to slow down.
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
