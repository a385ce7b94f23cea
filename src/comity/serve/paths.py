"""Ids of sites in paths: an id may hold any character, so a slash in it must not part the path."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Path
from pydantic import BeforeValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from comity.wire.items import Key

ITEMS = "/v1/items/"
ENCODED = (ITEMS, "/v1/authors/", "/v1/users/")
"""Prefixes of the paths that hold ids of sites."""


class EncodedPaths:
    """Below `prefixes` routes see the path as it was sent, with `%2F` in an id still told apart from a slash."""

    def __init__(self, app: ASGIApp, prefixes: tuple[str, ...]) -> None:
        self._app = app
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._prefixes):
            scope = {**scope, "path": scope["raw_path"].decode("ascii", "replace")}
        await self._app(scope, receive, send)


def _decoded(value: str) -> str:
    return unquote(value, errors="strict")


ItemId = Annotated[
    Key, BeforeValidator(_decoded), Path(description="The item's id, percent-encoded: a slash is `%2F`.")
]

AuthorId = Annotated[Key, BeforeValidator(_decoded), Path(description="The author's id, percent-encoded.")]
UserId = Annotated[Key, BeforeValidator(_decoded), Path(description="The user's key, percent-encoded.")]


def path_of_item(key: str) -> str:
    # Clients leave out segments that are only dots, so these are encoded too.
    shown = quote(key, safe="") if key.strip(".") else key.replace(".", "%2E")
    return ITEMS + shown
