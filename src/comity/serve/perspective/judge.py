"""What our detectors say of texts, as scores of Perspective's attributes (not mapped to its scale yet)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from comity.content import Item
from comity.decide import Decision, Plan
from comity.detect import Failed, Signals
from comity.serve.perspective.attributes import CRITERIA

Ask = Callable[[Sequence[Item], Set[str]], Awaitable[Sequence[Decision]]]
"""The decisions for some items, in order, with scores in all criteria of the set."""

_BEST_KNOWN = "en"
"""The language that a text is read in where any answer is better than none: most detectors know it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`score` is the highest of the attribute's categories; None where no detector gave one.

    `complete`: a detector that can also say no has looked. `failed`: one that should have looked has not.
    """

    score: float | None
    complete: bool
    failed: bool


def wanted(attributes: Iterable[str]) -> frozenset[str]:
    """The criteria whose scores the `attributes` need."""
    return frozenset(criterion for name in attributes for criterion in CRITERIA[name])


def judgements(
    plan: Plan, decisions: Iterable[Decision], attributes: Collection[str]
) -> list[Mapping[str, Judged]]:
    """For each decision, what is known of each attribute."""
    return [
        {name: _attribute(plan, decision, CRITERIA[name]) for name in attributes} for decision in decisions
    ]


async def judge(
    ask: Ask, plan: Plan, items: Sequence[Item], attributes: Collection[str], *, any_language: bool = False
) -> list[Mapping[str, Judged]]:
    """For each item, what is known of each attribute.

    any_language: an item with an attribute that no detector judges in its language is read as English, too.
    """
    want = wanted(attributes)
    judged = judgements(plan, await ask(items, want), attributes)
    if not any_language:
        return judged
    again = [
        row
        for row, found in enumerate(judged)
        if items[row].lang != _BEST_KNOWN
        and not all(found[name].complete for name in attributes if CRITERIA[name])
    ]
    english = [replace(items[row], lang=_BEST_KNOWN) for row in again]
    read = judgements(plan, await ask(english, want), attributes)
    for row, found in zip(again, read, strict=True):
        judged[row] = {name: _both(judged[row][name], found[name]) for name in attributes}
    return judged


def _attribute(plan: Plan, decision: Decision, criteria: Sequence[str]) -> Judged:
    scores = [decision.scores[name] for name in criteria if name in decision.scores]
    asked = {detector for name in criteria for detector in plan.providers.get(name, ())}
    outcomes = [decision.outcomes[name] for name in asked if name in decision.outcomes]
    return Judged(
        max(scores, default=None),
        any(isinstance(outcome, Signals) and not outcome.judged.isdisjoint(criteria) for outcome in outcomes),
        any(isinstance(outcome, Failed) for outcome in outcomes),
    )


def _both(first: Judged, second: Judged) -> Judged:
    scores = [one.score for one in (first, second) if one.score is not None]
    return Judged(max(scores, default=None), first.complete or second.complete, first.failed or second.failed)
