"""Every size limit, in one table. Past one, an error names it; nothing is ever truncated in silence.

Each can be changed by an environment variable, for example `COMITY_LIMIT_TEXT_CHARS=200000`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from comity.errors import InputError, LimitExceeded


@dataclass(frozen=True, slots=True)
class Limits:
    text_chars: int = 100_000
    """Code points in one text part."""
    media_bytes: int = 50_000_000
    """Bytes in one image, audio or video part."""
    item_parts: int = 100
    """Parts in one item, derived ones included."""
    thread_items: int = 200
    """Items before the one that is judged."""
    id_chars: int = 512
    """Code points in an id, author or community name."""
    request_bytes: int = 5_000_000
    """Bytes in the body of one HTTP request."""
    request_items: int = 1_000
    """Items in one HTTP request."""
    perspective_bytes: int = 20_480
    """Bytes in UTF-8 of one comment in the Perspective door."""
    policy_bytes: int = 1_000_000
    """Bytes in one policy file."""

    def check(self, limit: str, size: int, *, where: str = "") -> None:
        """Raises LimitExceeded if `size` is past the row named `limit`."""
        maximum: int = getattr(self, limit)
        if size > maximum:
            raise LimitExceeded(limit, size, maximum, where=where)


def _from_environment() -> Limits:
    changed: dict[str, int] = {}
    for field in fields(Limits):
        variable = f"COMITY_LIMIT_{field.name.upper()}"
        value = os.environ.get(variable)
        if value is None:
            continue
        if not value.isdecimal() or int(value) == 0:
            raise InputError(
                f"{variable} is not a positive whole number", next_step="Unset it or correct it."
            )
        changed[field.name] = int(value)
    return Limits(**changed)


LIMITS = _from_environment()
