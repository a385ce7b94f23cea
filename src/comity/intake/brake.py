"""The brake: a rule whose hit rate leaves the band that its policy expects goes to shadow by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import NotFound
from comity.intake.rates import MOST_COUNTED, Rate, percent, rate
from comity.policy import HitRate, Policy, Rule, State
from comity.store.events import tell
from comity.store.tables import RuleState

SHADOW: State = "shadow"


@dataclass(frozen=True, slots=True)
class Runaway:
    """A live rule whose rate is not as expected."""

    policy: Policy
    rule: Rule
    expected: HitRate
    rate: Rate

    @property
    def why(self) -> str:
        """Words for people."""
        low, high = self.expected.low, self.expected.high
        found, window = self.rate, self.expected.window
        share = found.hits / found.items
        return (
            f"it hit {found.hits:,} of {found.items:,} items within {window} ({percent(share)}); "
            f"expected are {percent(low)} to {percent(high)}"
        )


def runaways(session: Session, policies: Iterable[Policy], now: datetime) -> list[Runaway]:
    """The live rules whose hit rate has left its band, and not by chance: all of the rate's 95 % interval lies outside.

    Without it a rule that should hit one item in a thousand would be braked for the first 500 without any.
    """
    watched = ((policy, rule) for policy in policies for rule in policy.rules)
    found = (_runaway(session, policy, rule, now) for policy, rule in watched)
    return [one for one in found if one is not None]


def brake(session: Session, found: Iterable[Runaway], now: datetime) -> list[Runaway]:
    """Puts those rules in shadow, and tells of it; which they are. One that another process has braked meanwhile, or
    somebody has released, is left as it is.
    """
    braked = []
    for seen in found:
        state = _locked(session, seen.policy.name, seen.rule.id)
        one = _runaway(session, seen.policy, seen.rule, now)
        if one is None or (state is not None and state.state == SHADOW):
            continue
        _put(session, state, one.policy.name, one.rule.id, SHADOW, one.why, now)
        _tell(
            session,
            "rule.braked",
            one.policy.name,
            one.rule.id,
            now,
            hits=one.rate.hits,
            items=one.rate.items,
            expected=[one.expected.low, one.expected.high],
        )
        braked.append(one)
    return braked


def release(session: Session, policy: str, rule: str, now: datetime, *, actor: str) -> None:
    """Lets a braked rule be live again; its rate is counted from now on. Raises NotFound if it is not braked."""
    state = _locked(session, policy, rule)
    if state is None or state.state != SHADOW:
        raise NotFound(
            f"the brake does not hold the rule `{rule[:64]}` of the policy `{policy[:64]}`",
            next_step="`comity policy braked` lists those that it does.",
        )
    _put(session, state, policy, rule, "live", f"released by {actor}", now)
    _tell(session, "rule.released", policy, rule, now, actor=actor)


def list_braked(session: Session) -> Sequence[RuleState]:
    """Those that the brake holds in shadow, by policy and rule."""
    query = select(RuleState).where(RuleState.state == SHADOW).order_by(RuleState.policy, RuleState.rule)
    return session.scalars(query).all()


def braked_rules(session: Session) -> frozenset[tuple[str, str]]:
    """Policy and rule of those that the brake holds in shadow."""
    return frozenset((state.policy, state.rule) for state in list_braked(session))


def with_brakes(policy: Policy, braked: AbstractSet[tuple[str, str]]) -> Policy:
    """`policy` with its braked rules in shadow; itself if it has none that is live."""
    held = {rule.id for rule in policy.rules if rule.state == "live" and (policy.name, rule.id) in braked}
    if not held:
        return policy
    rules = (replace(rule, state=SHADOW) if rule.id in held else rule for rule in policy.rules)
    return replace(policy, rules=tuple(rules))


def _runaway(session: Session, policy: Policy, rule: Rule, now: datetime) -> Runaway | None:
    expected = rule.expect
    if expected is None or rule.state != "live":
        return None
    since = now - timedelta(seconds=expected.seconds)
    found = rate(session, policy, rule, since, most=max(MOST_COUNTED, expected.of))
    share = found.hit_share
    surely = share.low > expected.high or share.high < expected.low
    if surely and expected.is_left_by(found.hits, found.items):
        return Runaway(policy, rule, expected, found)
    return None


def _locked(session: Session, policy: str, rule: str) -> RuleState | None:
    return session.get(RuleState, (policy, rule), with_for_update=True, populate_existing=True)


def _put(
    session: Session,
    row: RuleState | None,
    policy: str,
    rule: str,
    state: State,
    reason: str,
    now: datetime,
) -> None:
    if row is None:
        session.add(RuleState(policy=policy, rule=rule, state=state, reason=reason, since=now))
    else:
        row.state, row.reason, row.since = state, reason, now
    session.flush()


def _tell(
    session: Session,
    kind: str,
    policy: str,
    rule: str,
    now: datetime,
    *,
    actor: str = "automation",
    **more: Any,
) -> None:
    data = {"policy": policy, "rule": rule, **more}
    tell(session, kind, f"rule:{policy}/{rule}", data, now=now, actor=actor)
