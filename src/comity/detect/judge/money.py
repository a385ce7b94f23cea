"""What asking costs, and what a day may cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock

from comity.detect.judge.question import Answer, Unanswered


class Purse:
    """Counts what is spent in a day of UTC, in this process; `daily` is the most, None for no end. Safe to share
    between threads. price: of a million tokens in and out.
    """

    def __init__(
        self,
        price: tuple[float, float],
        daily: float | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._price = price
        self._daily = daily
        self._clock = clock
        self._lock = Lock()
        self._day: date | None = None
        self._spent = 0.0

    def open(self) -> None:
        """Raises Unanswered once the day's money is used up."""
        if self._daily is not None and self.spent_today() >= self._daily:
            raise Unanswered("the judge's daily budget is used up")

    def spent_today(self) -> float:
        with self._lock:
            self._turn_day()
            return self._spent

    def pay(self, answer: Answer) -> float:
        """What `answer` cost."""
        cost = (answer.read * self._price[0] + answer.written * self._price[1]) / 1_000_000
        with self._lock:
            self._turn_day()
            self._spent += cost
        return cost

    def _turn_day(self) -> None:
        today = self._clock().date()
        if today != self._day:
            self._day, self._spent = today, 0.0
