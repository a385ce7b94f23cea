"""What a door in the shape of another vendor's API is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter

from comity.serve.auth import require_key
from comity.serve.problems import ErrorShape, behind


@dataclass(frozen=True, slots=True)
class Door:
    """`name` stands in metrics and logs. `prefixes` are the paths at and below which errors have the shape `error`.
    `require_key` raises Unauthorised for a request without a known key; it says where the vendor's clients put it.
    """

    name: str
    router: APIRouter
    prefixes: tuple[str, ...]
    error: ErrorShape
    require_key: Callable[..., None] = require_key


def door_name(path: str, vendors: Mapping[str, Door]) -> str:
    """What metrics and logs call the door at `path`. vendors: path prefix → door."""
    vendor = behind(path, vendors)
    if vendor is not None:
        return vendor.name
    if path.startswith("/v1/"):
        return "native"
    return "page" if path == "/" else "other"
