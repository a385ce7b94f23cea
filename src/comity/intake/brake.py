"""The brake: a rule whose hit rate leaves the band that its policy expects goes to shadow by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from comity.errors import NotFound
from comity.policy import Policy, Rule, State
from comity.store.events import tell
from comity.store.tables import DecisionRecord, RuleState, ViolationRecord

SHADOW: State = "shadow"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the `items` that were decided in the window a rule hit: acted on, or sent to a person."""

    policy: str
    rule: str
    hits: int
    items: int


def rate(session: Session, policy: Policy, rule: Rule, now: datetime) -> Rate:
    """The hit rate of a rule that has an expectation, over its window; what was before it was let go does not count."""
    assert rule.expect is not None
    since = now - timedelta(seconds=rule.expect.seconds)
    state = session.get(RuleState, (policy.name, rule.id))
    if state is not None:
        since = max(since, state.since)
    items = select(func.count(DecisionRecord.id)).where(
        DecisionRecord.policy == policy.name,
        DecisionRecord.decided_at > since,
        DecisionRecord.shadow.is_(False),
        DecisionRecord.cause == "intake",
    )
    hits = (
        select(func.count(distinct(ViolationRecord.decision_id)))
        .join(DecisionRecord, DecisionRecord.id == ViolationRecord.decision_id)
        .where(
            ViolationRecord.policy == policy.name,
            ViolationRecord.rule == rule.id,
            ViolationRecord.decided_at > since,
            ViolationRecord.shadow.is_(False),
            DecisionRecord.cause == "intake",
        )
    )
    return Rate(policy.name, rule.id, session.scalars(hits).one(), session.scalars(items).one())


def brake(session: Session, policies: Iterable[Policy], now: datetime) -> list[Rate]:
    """Puts every live rule in shadow whose hit rate has left its band, and tells of it; those that it did."""
    braked = []
    for policy in policies:
        for rule in policy.rules:
            if rule.expect is None or rule.state != "live":
                continue
            found = rate(session, policy, rule, now)
            if rule.expect.is_left_by(found.hits, found.items):
                _put(session, policy.name, rule.id, SHADOW, "brake", now)
                data = {
                    "policy": policy.reference,
                    "rule": rule.id,
                    "hits": found.hits,
                    "items": found.items,
                    "expected": [rule.expect.low, rule.expect.high],
                }
                tell(session, "rule.braked", f"rule:{policy.name}/{rule.id}", data, now=now)
                braked.append(found)
    return braked


def release(session: Session, policy: str, rule: str, actor: str, now: datetime) -> None:
    """Lets a braked rule be live again; its rate is counted from now on. Raises NotFound if it is not braked."""
    state = session.get(RuleState, (policy, rule), with_for_update=True)
    if state is None or state.state != SHADOW:
        raise NotFound(f"the rule `{rule[:64]}` of `{policy[:64]}` is not braked")
    _put(session, policy, rule, "live", "released", now)
    tell(
        session,
        "rule.released",
        f"rule:{policy}/{rule}",
        {"policy": policy, "rule": rule},
        now=now,
        actor=actor,
    )


def braked_rules(session: Session) -> frozenset[tuple[str, str]]:
    """Policy and rule of those that the brake holds in shadow."""
    rows = session.execute(select(RuleState.policy, RuleState.rule).where(RuleState.state == SHADOW))
    return frozenset(rows.tuples())


def with_brakes(policy: Policy, braked: Iterable[tuple[str, str]]) -> Policy:
    """`policy` with its braked rules in shadow; itself if it has none."""
    held = {rule for name, rule in braked if name == policy.name}
    if not any(rule.id in held and rule.state == "live" for rule in policy.rules):
        return policy
    rules = tuple(
        replace(rule, state=SHADOW) if rule.id in held and rule.state == "live" else rule
        for rule in policy.rules
    )
    return replace(policy, rules=rules)


def _put(session: Session, policy: str, rule: str, state: str, reason: str, now: datetime) -> None:
    row = session.get(RuleState, (policy, rule))
    if row is None:
        session.add(RuleState(policy=policy, rule=rule, state=state, reason=reason, since=now))
    else:
        row.state, row.reason, row.since = state, reason, now
    session.flush()
