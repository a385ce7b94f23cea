"""One item on its way through the cascade."""

from __future__ import annotations

from collections.abc import Mapping, Set

from comity.content import Item
from comity.decide import Decision, Facts, Plan, cascade
from comity.detect import Failed, Outcome, Signals


class Run:
    """Drives one cascade: `asked` names the detectors it waits for, and is empty once there is a `result`."""

    __slots__ = ("_cascade", "asked", "item", "result", "timings")

    def __init__(
        self, plan: Plan, item: Item, facts: Facts, want: Set[str], known: Mapping[str, Outcome]
    ) -> None:
        self.item = item
        self.asked: tuple[str, ...] = ()
        self.result: Decision
        self.timings: dict[str, float] = {}
        self._cascade = cascade(plan, item, facts, want, known)
        self._advance(None)

    def send(self, outcomes: Mapping[str, Outcome], timings: Mapping[str, float]) -> None:
        """Answers some or all of `asked`. timings: milliseconds by detector."""
        self.timings.update(timings)
        self._advance(outcomes)

    @property
    def cost(self) -> float:
        """What asking cost; outcomes that were known before cost nothing again."""
        outcomes = (self.result.outcomes.get(name) for name in self.timings)
        return sum(outcome.cost for outcome in outcomes if isinstance(outcome, Signals | Failed))

    def _advance(self, outcomes: Mapping[str, Outcome] | None) -> None:
        try:
            step = next(self._cascade) if outcomes is None else self._cascade.send(outcomes)
            self.asked = step.detectors
        except StopIteration as stop:
            self.asked, self.result = (), stop.value
