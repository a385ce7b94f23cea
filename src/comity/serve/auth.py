"""API keys: `Authorization: Bearer KEY` in the API; in a browser, the key as the password it asks for."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPBearer
from starlette.requests import Request

from comity.errors import Forbidden, Unauthorised
from comity.serve.service import service_of
from comity.store import ApiKey, Scope, find_key

_bearer = HTTPBearer(auto_error=False, description="A key that the operator of the server issued.")


def identify(request: Request, secret: str) -> bool:
    """Whether the server knows the key `secret`; the request is then that key's, and counts towards its rate.

    Blocks. Raises TooMany.
    """
    service = service_of(request)
    with service.storage.open().read() as session:
        key = find_key(session, secret)
    if key is None:
        return False
    request.state.key = key
    if key.per_minute is not None:
        service.rates.take(key.id, key.per_minute)
    return True


def check_key(request: Request, secret: str | None = None) -> None:
    """Raises Unauthorised unless the server asks for no key, or the request has one that it knows: `secret`, if the
    door found one elsewhere, or that in its Authorization. Blocks. Raises TooMany.
    """
    if not service_of(request).require_key:
        return
    secret = secret or _secret(request.headers.get("authorization", ""))
    if secret is None or not identify(request, secret):
        raise Unauthorised(
            "this server needs an API key" if secret is None else "the API key is unknown or was revoked",
            next_step="Send it as `Authorization: Bearer KEY`.",
        )


def require_key(request: Request, _: Annotated[object, Security(_bearer)]) -> None:
    """`check_key` as a dependency of a route, shown in the OpenAPI document."""
    check_key(request)


def check_scope(request: Request, *scopes: Scope) -> None:
    """Raises Forbidden if the request was made with a key that has none of `scopes`."""
    key: ApiKey | None = getattr(request.state, "key", None)
    if key is not None and key.scopes.isdisjoint(scopes):
        raise Forbidden(
            f"the API key lacks the scope {' or '.join(f'`{scope}`' for scope in scopes)}",
            next_step=f"Issue one with `comity keys create NAME --scope {scopes[0]}`.",
        )


def needs(*scopes: Scope) -> Callable[[Request], Awaitable[None]]:
    """`check_scope` as a dependency of a route."""

    async def dependency(request: Request) -> None:
        check_scope(request, *scopes)

    return dependency


def actor_of(request: Request) -> str:
    """Whom the log of events names for what an operator does here."""
    key: ApiKey | None = getattr(request.state, "key", None)
    return f"key:{key.id}" if key is not None else "operator"


def _secret(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip() or None
        case "basic":
            try:
                _, _, password = b64decode(value, validate=True).decode().partition(":")
            except ValueError:
                return None
            return password or None
    return None
