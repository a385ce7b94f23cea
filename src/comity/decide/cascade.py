"""Ask cheap detectors first, and only as many as the decision needs."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Set

from comity.content import Item
from comity.decide.conditions import answers
from comity.decide.decision import Decision
from comity.decide.facts import Facts
from comity.decide.plan import Plan
from comity.decide.settle import Ask, settle
from comity.detect import Outcome


def cascade(
    plan: Plan,
    item: Item,
    facts: Facts,
    want: Set[str] = frozenset(),
    known: Mapping[str, Outcome] | None = None,
) -> Generator[Ask, Mapping[str, Outcome], Decision]:
    """Yields whom to ask, is sent outcomes, returns the decision.

    What is sent may answer only some of the detectors asked: the next `Ask` names those still needed, so that a driver
    can stop the others. `known` are outcomes had from elsewhere (a replay, a near duplicate).
    """
    outcomes = dict(known or {})
    answered = answers(plan, item, facts)
    while isinstance(step := settle(plan, item, facts, outcomes, want, answered), Ask):
        outcomes.update((yield step))
    return step
