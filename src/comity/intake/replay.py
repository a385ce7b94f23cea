"""Making a decision again, from what it recorded."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from comity.content import Item
from comity.decide import Decision
from comity.errors import Conflict
from comity.intake.accept import content_of, item_in, revision_of
from comity.intake.show import recall_decision
from comity.moderator import Moderator
from comity.moderator.record import decision_out
from comity.store.items import find_decision
from comity.store.tables import ItemRecord, PlanRecord, PolicyVersion

_OF_THIS_RUN = {"decision", "timings", "ms", "plan", "policy"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision, what it was about, and the `policy` that it was made under, as the text of a file."""

    decision: Decision
    item: Item
    policy: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """`decision` was made of the same outcomes and facts. `same_plan`: under the same plan as well."""

    decision: Decision
    same: bool
    same_plan: bool


def recorded(session: Session, key: str) -> Recorded:
    """Raises NotFound; Conflict for a decision of a person, or one of which something was purged."""
    row = find_decision(session, key)
    item = session.get_one(ItemRecord, row.item_id)
    if row.actor != "automation":
        raise Conflict("a person made this decision, so it cannot be made again")
    made = recall_decision(session, row)
    content = content_of(session, revision_of(session, item, row.revision))
    if made is None or content is None or not content.parts:
        raise Conflict("what this decision rests on was purged, or was never there")
    plan = session.get_one(PlanRecord, row.plan)
    policy = session.get_one(PolicyVersion, plan.policy_id).source
    return Recorded(made, item_in(session, item, content), policy)


def replay(before: Recorded, moderator: Moderator) -> Replayed:
    """Asks only detectors that the moderator's plan needs and `before` has no outcome of."""
    made = before.decision
    if made.shadow:
        again = moderator.shadow(before.item, made)
        assert again is not None, "the policy is the one that made a decision in shadow"
    else:
        again = moderator.moderate(before.item, made.facts, known=made.outcomes)
    return Replayed(again, same=_essence(again) == _essence(made), same_plan=again.plan == made.plan)


def _essence(decision: Decision) -> dict[str, object]:
    return decision_out(decision).model_dump(exclude=_OF_THIS_RUN)
