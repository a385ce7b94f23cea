"""What a door in the shape of another vendor's API is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter

from comity.serve.auth import require_key
from comity.serve.problems import ErrorShape


@dataclass(frozen=True, slots=True)
class Door:
    """`prefixes` are the paths at and below which errors have the shape `error`. `require_key` raises Unauthorised
    for a request without a known key; it says where the vendor's clients put it.
    """

    router: APIRouter
    prefixes: tuple[str, ...]
    error: ErrorShape
    require_key: Callable[..., None] = require_key
