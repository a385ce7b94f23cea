"""How often each key may ask: a bucket of tokens for each, in the memory of this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic

from comity.serve.unavailable import TooMany


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Rates:
    """A key may use its whole minute at once, and then gets it back evenly. Safe to share between threads.

    clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._buckets: dict[int, _Bucket] = {}
        self._lock = Lock()

    def take(self, key: int, per_minute: int) -> None:
        """Takes one request of `key`. Raises TooMany if there is none, with the seconds until there is."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault(key, _Bucket(per_minute, now))
            gained = (now - bucket.filled_at) * per_minute / 60
            bucket.tokens, bucket.filled_at = min(per_minute, bucket.tokens + gained), now
            if bucket.tokens < 1:
                wait = ceil((1 - bucket.tokens) * 60 / per_minute)
                raise TooMany(f"this key may make {per_minute:,} requests a minute", retry_after=max(1, wait))
            bucket.tokens -= 1
