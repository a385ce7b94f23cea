"""Rulings: what a person decides in a case becomes the item's decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.content import FactEvidence
from comity.decide import NO_FACTS, Decision, Violation
from comity.decide.actions import rank, strongest
from comity.errors import Conflict, InputError
from comity.intake.cases import close_case, open_case
from comity.intake.record import record
from comity.intake.report import close_reports
from comity.policy import ITEM_ACTIONS, Policy, Rule
from comity.review.lease import find_case, held_by
from comity.review.matter import Matter, matter_of
from comity.store.events import tell
from comity.store.tables import Appeal, Case, DecisionRecord, ItemRecord, Report, Ruling, User
from comity.store.texts import keep_text

ACTIONS = tuple(action for action in ITEM_ACTIONS if action != "review")
"""What a person can rule: to review is what they are doing."""


@dataclass(frozen=True, slots=True)
class NewRuling:
    """`rule` is the id of the rule that is broken, and needed for every action but `allow`. `revision` is the number of
    what the person looked at, None if they do not say.
    """

    action: str
    rule: str | None = None
    note: str = ""
    revision: int | None = None


def rule_case(
    session: Session, key: str, user: User, new: NewRuling, policy: Policy, now: datetime
) -> Ruling:
    """Closes the case that `user` holds with a decision on what it is about.

    An appeal is overturned if the decision is milder than the one before. Reports of what was looked at, or of an
    earlier revision, are upheld if it breaks a rule. What still waits then, such as a second appeal, gets a new case.
    Raises NotFound, Conflict if the case is not the user's or the item was edited meanwhile, InputError for an action
    or rule that is none.
    """
    # The item before the case, as everywhere: nobody waits in a circle.
    found = find_case(session, key)
    item = session.get_one(ItemRecord, found.item_id, populate_existing=True, with_for_update=True)
    case = find_case(session, key, for_update=True)
    if case.closed_at is not None or not held_by(case, user, now):
        raise Conflict(
            "the case is closed" if case.closed_at else "the case is not yours any more",
            next_step="Take the next case.",
        )
    matter = matter_of(session, item, case)
    if matter.appealed is not None and matter.appealed.actor == user.key:
        raise Conflict(
            "an appeal is decided by somebody else than the decision", next_step="Give the case back."
        )
    number = matter.revision.number
    if new.revision not in (None, number):
        raise Conflict(
            f"the case is about revision {number} now, not about {new.revision}", next_step="Read it again."
        )
    recorded = record(
        session,
        item,
        matter.revision,
        ruled(item, number, user, new, policy),
        policy,
        now=now,
        cause="appeal" if matter.appeal else "ruling",
    )
    ruling = Ruling(
        case_id=case.id,
        user_id=user.id,
        action=new.action,
        rule=new.rule,
        decision_id=recorded.decision.id,
        text_id=keep_text(session, "note", item, new.note, now, author_id=item.author_id),
        created_at=now,
    )
    session.add(ruling)
    session.flush()
    close_reports(session, item, case, revision=number, upheld=new.rule is not None, now=now, actor=user.key)
    _close_appeal(session, item, matter, recorded.decision, user, now)
    close_case(session, item, case, now=now, actor=user.key)
    _open_again(session, item, case, now)
    return ruling


def ruled(item: ItemRecord, revision: int, user: User, new: NewRuling, policy: Policy) -> Decision:
    """The decision that a ruling is. Raises InputError."""
    if new.action not in ACTIONS:
        raise InputError(f"`{new.action[:64]}` is no ruling", next_step=f"Use one of {', '.join(ACTIONS)}.")
    if (new.action == "allow") != (new.rule is None):
        raise InputError(
            "a ruling other than `allow` cites the rule that is broken, and `allow` cites none",
            next_step="Give `rule` for every action but `allow`.",
        )
    broken = policy.rule(new.rule) if new.rule is not None else None
    if new.rule is not None and broken is None:
        raise InputError(f"the policy {policy.reference} has no rule `{new.rule[:64]}`")
    return Decision(
        item_id=item.key,
        actions=_actions(new.action, broken),
        violations=_violations(user, new, broken),
        not_judged=(),
        scores={},
        severities={},
        outcomes={},
        confidence=None,
        facts=NO_FACTS,
        plan="",
        policy=policy.reference,
        settled_by="person",
        item_revision=revision,
        actor=user.key,
        id=f"dec-{uuid4().hex}",
    )


def _actions(action: str, broken: Rule | None) -> tuple[str, ...]:
    """With what the rule says of the account, unless the person is milder with the item than the rule is."""
    if broken is None or broken.account_action is None or rank(action) < rank(broken.item_action):
        return (action,)
    return strongest((action, broken.account_action))


def _violations(user: User, new: NewRuling, broken: Rule | None) -> tuple[Violation, ...]:
    if broken is None:
        return ()
    reason, evidence = "A person found that this rule is broken.", (FactEvidence("reviewer", user.key),)
    return (Violation(broken.id, f"rule:{broken.id}", new.action, reason, evidence, None, broken.severity),)


def _close_appeal(
    session: Session, item: ItemRecord, matter: Matter, after: DecisionRecord, user: User, now: datetime
) -> None:
    if matter.appeal is None or matter.appealed is None:
        return
    appeal = matter.appeal
    appeal.outcome = "overturned" if _is_milder(after, matter.appealed) else "upheld"
    appeal.closed_at = now
    data = {"appeal": appeal.key, "item": item.key, "outcome": appeal.outcome, "decision": after.key}
    tell(session, "appeal.closed", f"item:{item.key}", data, now=now, actor=user.key)


def _is_milder(after: DecisionRecord, before: DecisionRecord) -> bool:
    if after.action != before.action:
        return rank(after.action) < rank(before.action)
    return _account_rank(after) < _account_rank(before)


def _account_rank(decision: DecisionRecord) -> int:
    return -1 if decision.account_action is None else rank(decision.account_action)


def _open_again(session: Session, item: ItemRecord, closed: Case, now: datetime) -> None:
    """A new case for what the ruling was not about: other appeals, and reports of later revisions."""
    session.flush()
    appeals = session.scalars(
        select(Appeal).where(Appeal.case_id == closed.id, Appeal.outcome.is_(None))
    ).all()
    reports = session.scalars(
        select(Report).where(Report.case_id == closed.id, Report.outcome.is_(None))
    ).all()
    if not appeals and not reports:
        return
    case = open_case(
        session,
        item,
        None,
        cause="appeal" if appeals else "report",
        now=now,
        priority=closed.priority,
        rule=closed.rule,
    )
    for appeal in appeals:
        appeal.case_id = case.id
    for report in reports:
        report.case_id = case.id
