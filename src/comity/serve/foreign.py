"""What the doors of other vendors have in common: decisions, read in the vendors' categories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Header
from starlette.requests import Request

from comity.content import Item
from comity.decide import Decision
from comity.detect import Failed
from comity.policy import Policy
from comity.serve import deciding
from comity.serve.deciding import moderator_for
from comity.serve.unavailable import Unavailable
from comity.taxonomy import CATEGORIES
from comity.wire.native import NotJudgedOut

LIKELY = 0.5
"""From this probability on, a category holds more likely than not."""
ACTING = ("remove", "block")
"""The actions that keep an item from being read."""

PolicyHeader = Annotated[str | None, Header(alias="X-Comity-Policy")]
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a decision says of one foreign category. `score` is None where nothing judged it; `reason` says why not.

    `holds`: more likely than not, or a rule removed or blocked the item for it.
    """

    score: float | None
    holds: bool
    reason: str = ""


def read(decision: Decision, policy: Policy, categories: Collection[str]) -> Reading:
    """The highest of our `categories`, which a vendor files under one name."""
    acted = not _acted_on(decision, policy).isdisjoint(categories)
    scores = [decision.scores[category] for category in categories if category in decision.scores]
    if not scores:
        return Reading(None, acted, _why_not(decision, categories))
    return Reading(max(scores), acted or max(scores) >= LIKELY)


def not_judged(readings: Iterable[tuple[str, Reading]]) -> list[NotJudgedOut]:
    """Those of a vendor's categories that nothing judged."""
    return [NotJudgedOut(what=name, reason=found.reason) for name, found in readings if found.reason]


async def decide(
    request: Request,
    items: Sequence[Item],
    policy: str | None,
    want: Set[str],
    tell: Callable[[Decision, Policy], Told],
) -> list[Told]:
    """What `tell` makes of the decision for each item, in order; `want` are our categories that need scores.

    Raises NotFound for an unknown `policy`; TooMany if the server has too much to do; Unavailable if a detector failed
    and the policy does not say to allow then: these doors have no other way to tell it from a harmless text.
    """
    moderator = await moderator_for(request, policy)

    def tell_all(decisions: list[Decision]) -> list[Told]:
        if moderator.policy.on_failure != "allow":
            _check_answered(decisions)
        return [tell(decision, moderator.policy) for decision in decisions]

    return await deciding.decide(request, moderator, items, tell_all, want=want)


def _check_answered(decisions: Iterable[Decision]) -> None:
    failed = {
        name
        for decision in decisions
        for name, outcome in decision.outcomes.items()
        if isinstance(outcome, Failed)
    }
    if failed:
        raise Unavailable(f"{', '.join(sorted(failed))} failed to judge")


def _acted_on(decision: Decision, policy: Policy) -> set[str]:
    """The categories for which rules removed or blocked: that which was found or, where a rule's own words or
    patterns were, all those that the rule names.
    """
    acted: set[str] = set()
    for violation in decision.violations:
        if violation.action in ACTING:
            rule = policy.rule(violation.rule)
            named = rule.categories if rule else ()
            acted.update((violation.criterion,) if violation.criterion in CATEGORIES else named)
    return acted


def _why_not(decision: Decision, categories: Collection[str]) -> str:
    reasons = [
        reason
        for missing in decision.not_judged
        if missing.what in categories
        for reason in missing.reason.split("; ")
    ]
    return "; ".join(dict.fromkeys(reasons)) or "no detector judges it"
