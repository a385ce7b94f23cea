"""Sparing an endpoint that is down or busy: a circuit breaker, and a budget for asking again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from comity.detect.judge.question import Unanswered

_FAILURES = 5
_OPEN_SECONDS = 30.0
_RETRIES_AT_FIRST, _RETRIES_MOST, _RETRIES_A_REQUEST = 3.0, 10.0, 0.1


class Breaker:
    """After five failures in a row nobody asks for 30 seconds, then one does: an answer closes it again. Safe to share
    between threads.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._until = 0.0

    def pass_or_raise(self) -> None:
        """Raises Unanswered while it is open."""
        with self._lock:
            now = self._clock()
            if now < self._until:
                raise Unanswered(
                    f"the judge's endpoint is left alone for {self._until - now:.0f} more seconds"
                )
            if self._failures >= _FAILURES:
                self._until = now + _OPEN_SECONDS

    def answered(self) -> None:
        with self._lock:
            self._failures, self._until = 0, 0.0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= _FAILURES:
                self._until = self._clock() + _OPEN_SECONDS

    def wait(self, seconds: float) -> None:
        """The endpoint asked to be left alone that long."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)


class Retries:
    """Asking again is paid from a budget that requests fill, one in ten: a struggling endpoint gets few more."""

    def __init__(self) -> None:
        self._left = _RETRIES_AT_FIRST
        self._lock = Lock()

    def earn(self) -> None:
        with self._lock:
            self._left = min(_RETRIES_MOST, self._left + _RETRIES_A_REQUEST)

    def take(self) -> bool:
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True
