"""The statement of reasons: what an author is told about a decision against an item or the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter

from comity.content import Evidence, FactEvidence
from comity.content.item import Kind, Role
from comity.decide.actions import rank
from comity.decide.decision import Decision, Violation
from comity.decide.ladder import AUTOMATION, STRIKING, Consequences, Restriction
from comity.errors import InputError
from comity.policy import Policy, dsa_of
from comity.policy.dsa import OTHER_VIOLATION, DsaCategory

FoundBy = Literal["detection", "staff", "human", "automation", "trusted_flagger"]
"""How an item came to attention: by the platform itself (its detectors or its staff), or by the source of a report."""
Automated = Literal["fully", "partially", "not"]

_DONE = {
    "allow": "it stays as it is",
    "label": "it was labelled",
    "limit": "it is shown to fewer people",
    "review": "it waits for a person to look at it",
    "remove": "it was removed",
    "block": "it was not published",
}
_FOUND: dict[FoundBy, str] = {
    "detection": "Nobody reported it: automatic checks found it.",
    "staff": "Nobody reported it: a moderator found it.",
    "human": "Somebody reported it.",
    "automation": "Another system reported it.",
    "trusted_flagger": "A trusted flagger reported it.",
}
_DECIDED: dict[Automated, str] = {
    "fully": "The decision was made automatically. No person took part in it.",
    "partially": "A person made the decision, with the help of automatic checks.",
    "not": "A person made the decision.",
}
_RESTRICTED = {
    "mute": "You cannot post",
    "suspend": "Your account is suspended",
    "ban": "Your account is banned",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """A rule that was broken, in the words that its author finds for it. `reason` is why it counts as broken.

    `evidence` holds places in the item, `facts` the names of facts that played a part, without their values.
    """

    rule: str
    text: str
    reason: str
    severity: str
    category: DsaCategory
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """All that the author is told; it quotes nothing of the item. `cited` are the rules, the gravest violation first.

    None are cited where a check could not be made, or a person named none. `decision` and `item` are ids, `action` is
    that on the item.
    """

    decision: str
    item: str
    revision: int
    role: Role
    kinds: tuple[Kind, ...]
    lang: str | None
    posted_at: datetime
    decided_at: datetime
    action: str
    policy: str
    cited: tuple[Cited, ...]
    found_by: FoundBy
    automated_detection: bool
    automated_decision: Automated
    follows: Consequences
    appeal_until: datetime
    appeal_at: str = ""

    @property
    def category(self) -> DsaCategory:
        return self.cited[0].category if self.cited else OTHER_VIOLATION

    @property
    def without_rule(self) -> str:
        """Why it was decided so where no rule is cited."""
        if self.automated_decision == "fully":
            return "A check that every item must pass could not be made."
        return "The person who decided named no rule."

    @property
    def facts(self) -> tuple[str, ...]:
        """What happened, without a word of who it was: sentences for a public register."""
        return (
            f"{self.role.capitalize()}: {_DONE[self.action]}.",
            self._found,
            _DECIDED[self.automated_decision],
        )

    @property
    def text(self) -> str:
        """The statement in short sentences, a paragraph a line."""
        return "\n".join(self._paragraphs())

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data, the text included; times are ISO 8601."""
        told: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return {**told, "category": self.category, "text": self.text}

    @property
    def _found(self) -> str:
        return _FOUND[self.found_by]

    def _paragraphs(self) -> Iterator[str]:
        what = f"your {self.role} `{self.item}`"
        if self.revision > 1:
            what = f"version {self.revision} of {what}"
        yield f"On {_when(self.decided_at)} it was decided about {what}: {_DONE[self.action]}."
        yield f"{self._found} {_DECIDED[self.automated_decision]}"
        policy = "the policy {0}, version {2}".format(*self.policy.partition("@"))
        for cited in self.cited:
            yield f"It breaks the rule `{cited.rule}` of {policy}: {cited.text}"
            yield f"Why: {cited.reason} The violation is {cited.severity}."
        if not self.cited:
            yield f"{self.without_rule} This follows from {policy}."
        yield from _followed(self.follows)
        where = f" Appeal at {self.appeal_at}." if self.appeal_at else ""
        yield f"You can appeal until {_when(self.appeal_until)}.{where} The number of the decision is {self.decision}."


def compose(
    decision: Decision,
    policy: Policy,
    follows: Consequences,
    *,
    role: Role,
    posted_at: datetime,
    appeal_until: datetime,
    found_by: FoundBy = "detection",
    kinds: Iterable[Kind] = ("text",),
    lang: str | None = None,
    appeal_at: str = "",
) -> Statement | None:
    """The statement for `decision`, or None where it is not against its author: the item was not limited, removed or
    blocked, and no warning or restriction follows. None for a shadow decision, too.

    follows: what the decision brings the account. role, kinds, lang, posted_at: of the item. appeal_at: an address.
    Times have a zone. Raises InputError if the decision was not made under `policy`, or has no time yet.
    """
    if decision.shadow or (decision.action not in STRIKING and follows.restriction is None):
        return None
    if decision.decided_at is None:
        raise InputError("a decision without a time cannot be stated", where=decision.id)
    if decision.policy != policy.reference:
        what = f"the decision was made under `{decision.policy}`, not under `{policy.reference}`"
        raise InputError(what, where=decision.id, next_step="State it under its own policy.")
    return Statement(
        decision=decision.id,
        item=decision.item_id,
        revision=decision.item_revision,
        role=role,
        kinds=tuple(sorted(set(kinds))),
        lang=lang,
        posted_at=posted_at,
        decided_at=decision.decided_at,
        action=decision.action,
        policy=decision.policy,
        cited=tuple(_cited(violation, policy) for violation in _gravest_first(decision, policy)),
        found_by=found_by,
        automated_detection=found_by in ("detection", "automation"),
        automated_decision=_automated(decision, found_by),
        follows=follows,
        appeal_until=appeal_until,
        appeal_at=appeal_at,
    )


@cache
def _adapter() -> TypeAdapter[Statement]:
    return TypeAdapter(Statement)


def _gravest_first(decision: Decision, policy: Policy) -> Iterable[Violation]:
    """The violations that led to the decision, one a rule."""
    by_rule: dict[str, Violation] = {}
    for found in sorted(decision.violations, key=_gravity, reverse=True):
        if decision.actor != AUTOMATION or _counts(found, policy):
            by_rule.setdefault(found.rule, found)
    return by_rule.values()


def _gravity(violation: Violation) -> tuple[int, int, float]:
    return rank(violation.action), violation.severity, violation.score or 1.0


def _counts(violation: Violation, policy: Policy) -> bool:
    """Whether it acts on the item, or its rule on the account; not one that a person was only to look at."""
    rule = policy.rule(violation.rule)
    on_account = rule is not None and rule.account_action and violation.action == rule.item_action
    return violation.action in STRIKING or bool(on_account)


def _cited(violation: Violation, policy: Policy) -> Cited:
    rule = policy.rule(violation.rule)
    if rule is None:
        what = f"the decision cites a rule `{violation.rule}`, which `{policy.reference}` does not have"
        raise InputError(what, next_step="Cite one of the policy's rules.")
    return Cited(
        rule=rule.id,
        text=rule.notice or rule.text,
        reason=violation.reason,
        severity=violation.severity.label,
        category=dsa_of(policy, rule, violation.criterion),
        evidence=tuple(place for place in violation.evidence if not isinstance(place, FactEvidence)),
        # The value of a fact may be a word of the item, such as one that was written in disguise.
        facts=tuple(place.fact for place in violation.evidence if isinstance(place, FactEvidence)),
    )


def _automated(decision: Decision, found_by: FoundBy) -> Automated:
    if decision.actor == AUTOMATION:
        return "fully"
    return "partially" if found_by == "detection" else "not"


def _followed(follows: Consequences) -> Iterator[str]:
    strike, restriction = follows.strike, follows.restriction
    if strike:
        yield f"This is a strike of weight {strike.weight}. It expires on {_when(strike.expires_at)}."
    if restriction:
        total = f" Your strikes add up to {restriction.total}." if restriction.step else ""
        yield f"{_restricted(restriction)}{total}"


def _restricted(restriction: Restriction) -> str:
    if restriction.action == "warn":
        return "This is a warning."
    until = _when(restriction.until) if restriction.until else "a moderator lifts this"
    return f"{_RESTRICTED[restriction.action]} until {until}."


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
