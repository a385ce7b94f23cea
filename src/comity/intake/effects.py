"""What a decision does to the account of an author, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comity.decide import Decision
from comity.decide.ladder import Consequences, Restriction, Strike, consequences, strike_for
from comity.errors import NotFound
from comity.policy import AccountAction, Policy
from comity.store.authors import find_author
from comity.store.events import tell
from comity.store.tables import Author, DecisionRecord, ItemRecord, RestrictionRecord, StrikeRecord

_LOCK = {"key_share": True}
"""Not as if to delete the author: rows that point there, of transactions that wait here too, would make them wait for
each other.
"""


def carry_over(
    session: Session,
    item: ItemRecord,
    row: DecisionRecord,
    decision: Decision,
    policy: Policy,
    before: DecisionRecord | None,
    now: datetime,
) -> Consequences:
    """Gives the author of `item` the strike and the restriction of `decision`, and takes back those of the decision
    `before` that it supersedes. Where both bring the same, what the old one brought goes on as it was.

    Returns the strike that counts now, and the restriction if there is a new one.
    """
    if item.author_id is None:
        return Consequences()
    # One decision at a time for an author: two would each count the strikes without the other's.
    author = session.get_one(Author, item.author_id, with_for_update=_LOCK)
    old = _strike_of(session, before) if before else None
    if before is not None and _brings_the_same(before, old, row, strike_for(decision, policy, now)):
        return Consequences(_hand_on(session, item, old, row, now) if old else None)
    if before is not None:
        if old is not None:
            _revoke(old, row, now)
        _release_unfounded(session, author, item, row, now)
    following = _consequences(session, item, decision, policy, now)
    if following.strike is not None:
        _give(session, item, row, following.strike)
    if following.restriction is not None:
        _restrict(session, author, item, row, following.restriction, now)
    return following


def standing(session: Session, author_id: int, community: str | None, now: datetime) -> int:
    """The weight of the author's strikes in `community` that count."""
    return sum(strike.weight for strike in _strikes(session, author_id, community, now) if strike.counts(now))


def release_expired(session: Session, now: datetime, most: int = 100) -> int:
    """Ends restrictions whose time is over, and tells of each; how many. Several processes may do it at once."""
    query = select(RestrictionRecord.author_id, RestrictionRecord.id).where(
        RestrictionRecord.ended_at.is_(None), RestrictionRecord.until <= now
    )
    ended = 0
    for author_id, id in session.execute(query.order_by(RestrictionRecord.until).limit(most)).all():
        # The author is locked before the restriction, as in `carry_over`: nobody waits in a circle.
        session.get_one(Author, author_id, with_for_update=_LOCK)
        restriction = session.get_one(RestrictionRecord, id, with_for_update=True)
        if restriction.ended_at is None:
            end_restriction(session, restriction, "expired", now)
            ended += 1
    return ended


def lift_restriction(
    session: Session, author_key: str, id: int, now: datetime, *, actor: str
) -> RestrictionRecord:
    """Ends the author's restriction numbered `id`, unless it has ended already. Raises NotFound."""
    author = find_author(session, author_key)
    session.refresh(author, with_for_update=_LOCK)
    restriction = session.get(RestrictionRecord, id, with_for_update=True)
    if restriction is None or restriction.author_id != author.id:
        raise NotFound(f"the author has no restriction {id}")
    if restriction.ended_at is None:
        end_restriction(session, restriction, "lifted", now, actor=actor)
    return restriction


def end_restriction(
    session: Session, restriction: RestrictionRecord, how: str, now: datetime, *, actor: str = "automation"
) -> None:
    """how: `expired`, `reversed` or `lifted`."""
    author = session.get_one(Author, restriction.author_id)
    restriction.ended, restriction.ended_at = how, now
    data = {
        "author": author.key,
        "community": restriction.community,
        "restriction": restriction.id,
        "action": restriction.action,
        "because": how,
    }
    tell(session, "author.released", f"author:{author.key}", data, now=now, actor=actor)


def running_restrictions(
    session: Session, author_id: int, community: str | None, now: datetime
) -> Sequence[RestrictionRecord]:
    query = select(RestrictionRecord).where(
        RestrictionRecord.author_id == author_id,
        RestrictionRecord.community.is_not_distinct_from(community),
        RestrictionRecord.ended_at.is_(None),
    )
    return [found for found in session.scalars(query) if found.until is None or found.until > now]


def _consequences(
    session: Session,
    item: ItemRecord,
    decision: Decision,
    policy: Policy,
    now: datetime,
) -> Consequences:
    assert item.author_id is not None
    running = [
        Restriction(cast(AccountAction, row.action), row.until, step=row.step)
        for row in running_restrictions(session, item.author_id, item.community, now)
    ]
    strikes = _strikes(session, item.author_id, item.community, now)
    return consequences(decision, policy, now, strikes, running)


def _strikes(session: Session, author_id: int, community: str | None, now: datetime) -> list[Strike]:
    query = select(StrikeRecord).where(
        StrikeRecord.author_id == author_id,
        StrikeRecord.community.is_not_distinct_from(community),
        StrikeRecord.expires_at > now,
        StrikeRecord.revoked_at.is_(None),
    )
    return [Strike(row.weight, row.given_at, row.expires_at, row.rule) for row in session.scalars(query)]


def _strike_of(session: Session, decision: DecisionRecord) -> StrikeRecord | None:
    query = select(StrikeRecord).where(
        StrikeRecord.decision_id == decision.id, StrikeRecord.revoked_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def _brings_the_same(
    before: DecisionRecord, old: StrikeRecord | None, row: DecisionRecord, new: Strike | None
) -> bool:
    same_weight = (old.weight if old else 0) == (new.weight if new else 0)
    return same_weight and before.account_action == row.account_action


def _hand_on(
    session: Session, item: ItemRecord, old: StrikeRecord, row: DecisionRecord, now: datetime
) -> Strike:
    """The strike `old` of a superseded decision, as that of `row`."""
    strike = Strike(old.weight, old.given_at, old.expires_at, old.rule)
    _revoke(old, row, now)
    _give(session, item, row, strike)
    return strike


def _give(session: Session, item: ItemRecord, row: DecisionRecord, strike: Strike) -> None:
    session.add(
        StrikeRecord(
            author_id=item.author_id,
            community=item.community,
            decision_id=row.id,
            rule=strike.rule,
            weight=strike.weight,
            given_at=strike.given_at,
            expires_at=strike.expires_at,
        )
    )


def _revoke(strike: StrikeRecord, by: DecisionRecord, now: datetime) -> None:
    strike.revoked_by, strike.revoked_at = by.id, now


def _restrict(
    session: Session,
    author: Author,
    item: ItemRecord,
    row: DecisionRecord,
    restriction: Restriction,
    now: datetime,
) -> None:
    warned = restriction.action == "warn"
    found = RestrictionRecord(
        author_id=author.id,
        community=item.community,
        action=restriction.action,
        decision_id=row.id,
        step=restriction.step,
        starts_at=now,
        until=restriction.until,
        ended="told" if warned else None,
        ended_at=now if warned else None,
    )
    session.add(found)
    session.flush()
    data = {
        "author": author.key,
        "community": item.community,
        "restriction": found.id,
        "action": found.action,
        "until": found.until.isoformat() if found.until else None,
        "item": item.key,
        "decision": row.key,
    }
    tell(session, "author.restricted", f"author:{author.key}", data, now=now, actor=row.actor)


def _release_unfounded(
    session: Session, author: Author, item: ItemRecord, row: DecisionRecord, now: datetime
) -> None:
    """Ends the restrictions that the decisions before `row` on the same revision gave, and those whose step the strikes
    would not have reached without the ones revoked since.
    """
    session.flush()
    superseded = select(DecisionRecord.id).where(
        DecisionRecord.item_id == row.item_id, DecisionRecord.revision == row.revision
    )
    theirs = set(session.scalars(superseded))
    for restriction in running_restrictions(session, author.id, item.community, now):
        if restriction.decision_id in theirs or not _founded(session, restriction):
            end_restriction(session, restriction, "reversed", now, actor=row.actor)


def _founded(session: Session, restriction: RestrictionRecord) -> bool:
    if restriction.step is None:
        return True  # a rule itself says so, whatever the strikes are
    then = select(func.coalesce(func.sum(StrikeRecord.weight), 0)).where(
        StrikeRecord.author_id == restriction.author_id,
        StrikeRecord.community.is_not_distinct_from(restriction.community),
        StrikeRecord.given_at <= restriction.starts_at,
        StrikeRecord.expires_at > restriction.starts_at,
        StrikeRecord.revoked_at.is_(None),
    )
    total: int = session.scalars(then).one()
    return total >= restriction.step
