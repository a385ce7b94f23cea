"""API keys: `Authorization: Bearer KEY` in the API; in a browser, the key as the password it asks for."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPBearer
from starlette.requests import Request

from comity.errors import Unauthorised
from comity.serve.service import service_of
from comity.store import find_key

_bearer = HTTPBearer(auto_error=False, description="A key that the operator of the server issued.")


def check_key(request: Request, secret: str | None = None) -> None:
    """Raises Unauthorised unless the server asks for no key, or the request has one that it knows: `secret`, if the
    door found one elsewhere, or that in its Authorization. Blocks.
    """
    service = service_of(request)
    if not service.require_key:
        return
    secret = secret or _secret(request.headers.get("authorization", ""))
    with service.storage.open().read() as session:
        if secret is None or find_key(session, secret) is None:
            raise Unauthorised(
                "this server needs an API key" if secret is None else "the API key is unknown or was revoked",
                next_step="Send it as `Authorization: Bearer KEY`.",
            )


def require_key(request: Request, _: Annotated[object, Security(_bearer)]) -> None:
    """`check_key` as a dependency of a route, shown in the OpenAPI document."""
    check_key(request)


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
