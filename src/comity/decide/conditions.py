"""Whether the conditions of a plan's rules hold. No detector changes that, so it is asked once an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.content import Item
from comity.decide.facts import Facts, known
from comity.decide.plan import Plan
from comity.policy import Unknown


@dataclass(frozen=True, slots=True)
class Answer:
    """`holds` is Unknown where a fact is missing that would settle it. `read` are the facts that it was based on."""

    holds: bool | Unknown
    read: Mapping[str, Any]


def answers(plan: Plan, item: Item, facts: Facts) -> dict[str, Answer]:
    """Rule id → the answer to its `when`, for the rules that have one."""
    conditions = {rule.id: rule.when for rule in plan.rules if rule.when is not None}
    if not conditions:
        return {}
    at_hand = known(item, facts, frozenset().union(*(condition.names for condition in conditions.values())))
    nested: dict[str, dict[str, Any]] = {}
    for name, value in at_hand.items():
        root, leaf = name.split(".", 1)
        nested.setdefault(root, {})[leaf] = value
    return {
        rule: Answer(
            condition.evaluate(nested),
            {name: at_hand[name] for name in sorted(condition.names) if name in at_hand},
        )
        for rule, condition in conditions.items()
    }
