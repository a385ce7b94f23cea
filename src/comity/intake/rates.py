"""How often the rules of a policy hit, counted in the log of decisions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import Session

from comity.evaluate.metric import Interval
from comity.evaluate.metrics import wilson
from comity.policy import Policy, Rule, State
from comity.store.tables import DecisionRecord, RuleState, ViolationRecord

MOST_COUNTED = 10_000
"""The newest items tell a rate well enough, however many the window holds."""
SETTLING = timedelta(seconds=10)
"""After a rule was braked or released some processes go on for so long as before; these items do not count."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `items` that a rule in `state` (live or shadow) decided, it broke `hits`; with `reviews` of these it was for a
    person to say.
    """

    rule: str
    state: State
    items: int
    hits: int
    reviews: int

    @property
    def hit_share(self) -> Interval:
        """hits / items with its 95 % interval (Wilson's); NaN of no items."""
        return wilson(self.hits, self.items)

    @property
    def review_share(self) -> Interval:
        """reviews / items, likewise."""
        return wilson(self.reviews, self.items)

    def to_json(self) -> dict[str, Any]:
        """Its fields and both shares, null of no items."""
        shares = {"hit_share": self.hit_share, "review_share": self.review_share}
        return {
            **asdict(self),
            **{name: asdict(found) if self.items else None for name, found in shares.items()},
        }


def percent(share: float) -> str:
    """Such as `0.1 %` or `66.7 %`: three digits, however small it is."""
    return f"{100 * share:.3g} %"


def rate(session: Session, policy: Policy, rule: Rule, since: datetime, *, most: int = MOST_COUNTED) -> Rate:
    """The rate of `rule` among the newest `most` items that this version of `policy` decided after `since`, and after
    the rule came into the state that it is in. What could not be decided is not counted.
    """
    changed = session.get(RuleState, (policy.name, rule.id))
    if changed is not None:
        since = max(since, changed.since + SETTLING)
    decided = (
        select(DecisionRecord.id)
        .where(
            DecisionRecord.policy == policy.name,
            DecisionRecord.version == policy.version,
            DecisionRecord.decided_at > since,
            DecisionRecord.shadow.is_(rule.state == "shadow"),
            DecisionRecord.cause == "intake",
            DecisionRecord.plan.is_not(None),
        )
        .order_by(DecisionRecord.decided_at.desc())
        .limit(most)
    )
    items = session.scalars(select(func.count()).select_from(decided.subquery())).one()
    to_a_person = case((ViolationRecord.action == "review", ViolationRecord.decision_id))
    broken = select(
        func.count(distinct(ViolationRecord.decision_id)), func.count(distinct(to_a_person))
    ).where(
        ViolationRecord.policy == policy.name,
        ViolationRecord.rule == rule.id,
        ViolationRecord.decided_at > since,
        ViolationRecord.decision_id.in_(decided),
    )
    hits, reviews = session.execute(broken).one()
    return Rate(rule.id, rule.state, items, hits, reviews)


def rates(session: Session, policy: Policy, since: datetime) -> list[Rate]:
    """The rates of the policy's live and shadow rules."""
    return [rate(session, policy, rule, since) for rule in policy.rules if rule.state in ("live", "shadow")]
