"""The result for an item under a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from comity.content import Evidence
from comity.decide.facts import Facts
from comity.detect import Outcome
from comity.taxonomy import Severity


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that the item breaks (or may break: then `action` is `review`).

    `reason` is a sentence for people; `evidence` is never empty. `score` is None where no detector was needed: the
    rule's condition on facts alone decided.
    """

    rule: str
    criterion: str
    action: str
    reason: str
    evidence: tuple[Evidence, ...]
    score: float | None
    severity: Severity


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A rule or criterion (`what`) that nothing judged, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`actions`: one action on the item, then at most one on the account.

    `confidence` is the probability that a careful reviewer would agree; None where no measured score is behind the
    actions (a list, facts, or nobody judged). `scores` are the combined probabilities by criterion. `plan` is the
    digest of the plan that was applied, `policy` its name and version. `settled_by` is the dearest tier that had to be
    asked: `facts`, `exact`, `model` or `judge`. `actor` is who decided: `automation` or a person's id. `timings` are
    milliseconds by detector, `ms` is all of it; `cost` is in the currency of the judges' price list.
    """

    item_id: str
    actions: tuple[str, ...]
    violations: tuple[Violation, ...]
    not_judged: tuple[NotJudged, ...]
    scores: Mapping[str, float]
    severities: Mapping[str, Severity]
    outcomes: Mapping[str, Outcome]
    confidence: float | None
    facts: Facts
    plan: str
    policy: str
    shadow: bool = False
    settled_by: str = ""
    item_revision: int = 1
    actor: str = "automation"
    supersedes: str | None = None
    id: str = ""
    decided_at: datetime | None = None
    ms: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    cost: float = 0.0

    @property
    def action(self) -> str:
        """The action on the item."""
        return self.actions[0]
