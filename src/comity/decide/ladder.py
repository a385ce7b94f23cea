"""What a decision means for the account of the author: a strike, and what the sum of strikes leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from operator import itemgetter

from comity.decide.actions import rank
from comity.decide.decision import Decision
from comity.policy import ACCOUNT_ACTIONS, AccountAction, Ladder, Policy, Step
from comity.policy.document import seconds
from comity.taxonomy import Severity

STRIKING = frozenset({"limit", "remove", "block"})
"""The actions on an item that give a strike."""
AUTOMATION = "automation"
"""The actor of a decision that no person made."""


@dataclass(frozen=True, slots=True)
class Strike:
    """`weight` counts until just before `expires_at`, and never once `revoked`. `rule` is the one that gave it."""

    weight: int
    given_at: datetime
    expires_at: datetime
    rule: str = ""
    revoked: bool = False

    def counts(self, now: datetime) -> bool:
        return not self.revoked and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Restriction:
    """What happens to an account, until `until`; None: until somebody lifts it. A warning has none: it does not last.

    `total` is the sum of strikes that led to it, `step` the sum from which the ladder says so: None where the rule
    itself names the action.
    """

    action: AccountAction
    until: datetime | None = None
    total: int = 0
    step: int | None = None

    def runs(self, now: datetime) -> bool:
        return self.action != "warn" and (self.until is None or now < self.until)

    def covers(self, other: Restriction) -> bool:
        """Whether `other` would add nothing to it: it is as strong and lasts as long. A warning is always told."""
        if "warn" in (self.action, other.action) or rank(self.action) < rank(other.action):
            return False
        return self.until is None or (other.until is not None and other.until <= self.until)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a decision brings its author, to be added to what there is: nothing that runs is shortened by it."""

    strike: Strike | None = None
    restriction: Restriction | None = None


def consequences(
    decision: Decision,
    policy: Policy,
    now: datetime,
    strikes: Iterable[Strike] = (),
    running: Iterable[Restriction] = (),
) -> Consequences:
    """What follows from `decision`, which was made under `policy`, for the account of the author.

    strikes: those given before, of other decisions, in any order. running: the account's restrictions so far.
    A shadow decision brings nothing. An account action is that of the rules that the decision applied.
    """
    if decision.shadow:
        return Consequences()
    strike = strike_for(decision, policy, now)
    own = next((action for action in ACCOUNT_ACTIONS if action in decision.actions), None)
    restriction = climb(policy.ladder, strikes, strike, now, own=own, running=running)
    return Consequences(strike, restriction)


def strike_for(decision: Decision, policy: Policy, now: datetime) -> Strike | None:
    """The strike of `decision`: that of its heaviest violation, if the item was limited, removed or blocked.

    A violation that leads to less, such as one that a person should look at, does not count; those of a person's own
    decision all do.
    """
    if decision.shadow or decision.action not in STRIKING:
        return None
    by_person = decision.actor != AUTOMATION
    broken = [found for found in decision.violations if by_person or found.action in STRIKING]
    return strike_of(policy, ((found.rule, found.severity) for found in broken), now)


def strike_of(policy: Policy, violations: Iterable[tuple[str, Severity]], now: datetime) -> Strike | None:
    """The strike for the heaviest of `violations` (rule, severity); None if none weighs anything."""
    weighed = [(weight(policy, rule, severity), rule) for rule, severity in violations]
    heaviest, rule = max(weighed, key=itemgetter(0), default=(0, ""))
    if policy.ladder is None or not heaviest:
        return None
    return Strike(heaviest, now, now + timedelta(seconds=seconds(policy.ladder.expire)), rule)


def weight(policy: Policy, rule: str, severity: Severity) -> int:
    """What a violation of `rule` weighs: what the rule says, or what the ladder says of its severity."""
    found = policy.rule(rule)
    if found is not None and found.strikes is not None:
        return found.strikes
    return policy.ladder.strikes.get(severity, 0) if policy.ladder else 0


def standing(strikes: Iterable[Strike], now: datetime) -> int:
    """The sum of the strikes that count at `now`: the fact `author.strikes`."""
    return sum(strike.weight for strike in strikes if strike.counts(now))


def climb(
    ladder: Ladder | None,
    strikes: Iterable[Strike],
    new: Strike | None,
    now: datetime,
    *,
    own: AccountAction | None = None,
    running: Iterable[Restriction] = (),
) -> Restriction | None:
    """The restriction that `new` brings an account that had `strikes`, or None where nothing new follows.

    own: the action that the rule itself names; it stays where it is stronger than the ladder's, as long as the ladder's
    first step that is no weaker lasts. running: what the account is under; nothing follows that it covers already.
    """
    total = standing(strikes, now) + (new.weight if new else 0)
    reached = ladder.reached(total) if ladder and new else None
    named = Step(0, own, _lasts(ladder, own)) if own else None
    steps = [step for step in (reached, named) if step is not None]
    if not steps:
        return None
    # Of equals the ladder's, which can say how it came about.
    step = max(steps, key=lambda each: (rank(each.action), each.seconds, each.at))
    lasting = step.action != "warn" and step.seconds < inf
    until = now + timedelta(seconds=step.seconds) if lasting else None
    restriction = Restriction(step.action, until, total, step.at or None)
    return None if any(held.covers(restriction) for held in running) else restriction


def _lasts(ladder: Ladder | None, action: AccountAction) -> str | None:
    """How long `action` lasts where a rule names it."""
    steps = ladder.steps if ladder else ()
    return next((step.lasts for step in steps if rank(step.action) >= rank(action)), None)
