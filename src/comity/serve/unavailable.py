"""The server cannot take this request now, and when it may."""

from __future__ import annotations

from comity.errors import ComityError


class Unavailable(ComityError):
    """Answered as HTTP 503. `retry_after` is in seconds."""

    default_code = "H001"

    def __init__(self, what: str, *, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(what, next_step=f"Try again in {retry_after} s.")


class TooMany(Unavailable):
    """Answered as HTTP 429: the caller, or all callers together, ask for more than they may."""

    default_code = "H003"
