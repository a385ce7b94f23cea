"""What our detectors say of texts, as scores of Perspective's attributes (not mapped to its scale yet)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from comity.content import Item
from comity.decide import Decision
from comity.detect import Failed, Signals
from comity.moderator import Moderator
from comity.serve.perspective.attributes import CRITERIA

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


def judge(
    moderator: Moderator, items: Sequence[Item], attributes: Iterable[str], *, any_language: bool = False
) -> list[Mapping[str, Judged]]:
    """For each item, what is known of each attribute.

    any_language: an item with an attribute that no detector judges in its language is read as English, too.
    """
    asked = tuple(attributes)
    judged = _judge(moderator, items, asked)
    if not any_language:
        return judged
    again = [
        row
        for row, found in enumerate(judged)
        if items[row].lang != _BEST_KNOWN
        and not all(found[name].complete for name in asked if CRITERIA[name])
    ]
    read = _judge(moderator, [replace(items[row], lang=_BEST_KNOWN) for row in again], asked)
    for row, found in zip(again, read, strict=True):
        judged[row] = {name: _both(judged[row][name], found[name]) for name in asked}
    return judged


def _judge(
    moderator: Moderator, items: Sequence[Item], attributes: Sequence[str]
) -> list[Mapping[str, Judged]]:
    want = frozenset(criterion for name in attributes for criterion in CRITERIA[name])
    return [
        {name: _attribute(moderator, decision, CRITERIA[name]) for name in attributes}
        for decision in moderator.moderate_many(items, want=want)
    ]


def _attribute(moderator: Moderator, decision: Decision, criteria: Sequence[str]) -> Judged:
    scores = [decision.scores[name] for name in criteria if name in decision.scores]
    asked = {detector for name in criteria for detector in moderator.plan.providers.get(name, ())}
    outcomes = [decision.outcomes[name] for name in asked if name in decision.outcomes]
    return Judged(
        max(scores, default=None),
        any(isinstance(outcome, Signals) and not outcome.judged.isdisjoint(criteria) for outcome in outcomes),
        any(isinstance(outcome, Failed) for outcome in outcomes),
    )


def _both(first: Judged, second: Judged) -> Judged:
    scores = [one.score for one in (first, second) if one.score is not None]
    return Judged(max(scores, default=None), first.complete or second.complete, first.failed or second.failed)
