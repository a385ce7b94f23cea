"""From outcomes to a decision, or to the question whom to ask next.

The way of an item through `decide`:
  1. `compile` turned the policy and the detectors at hand into a `Plan`;
  2. `Judgements` says what the outcomes so far say of each criterion, `answers` whether each rule's condition holds;
  3. `verdict` says how one rule stands with that: clear, broken, open or unjudged;
  4. `settle` asks the cheapest detectors that an open rule (or a wanted score) still needs, or decides;
  5. `cascade` repeats 4 until there is a decision.
All of it is pure: deciding again from the same outcomes, facts and plan gives the same decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from comity.content import Item
from comity.decide.actions import rank, strongest
from comity.decide.conditions import Answer, answers
from comity.decide.decision import Decision, NotJudged
from comity.decide.facts import Facts
from comity.decide.judgement import Judgement, Judgements
from comity.decide.plan import Plan
from comity.decide.verdict import Broken, Clear, Open, Unjudged, Verdict, verdict
from comity.detect import Outcome, Signals
from comity.taxonomy import Severity


@dataclass(frozen=True, slots=True)
class Ask:
    """These detectors, all of one tier, are needed next."""

    detectors: tuple[str, ...]


def settle(
    plan: Plan,
    item: Item,
    facts: Facts,
    outcomes: Mapping[str, Outcome],
    want: Set[str] = frozenset(),
    answered: Mapping[str, Answer] | None = None,
) -> Decision | Ask:
    """The decision, if every rule is settled and every criterion in `want` has been asked for; else whom to ask.

    outcomes: detector → its outcome for `item` so far. `want` holds criteria that the caller promises scores for;
    one that no detector of the plan gives ends up in `not_judged`. answered: what `answers` gave for this item before.
    """
    answered = answers(plan, item, facts) if answered is None else answered
    judgements = Judgements(plan, outcomes)
    verdicts = [(rule.id, verdict(rule, item, answered.get(rule.id), judgements)) for rule in plan.rules]
    needs = {name for _, found in verdicts if isinstance(found, Open) for name in found.needs}
    for criterion in want:
        needs.update(name for name in plan.providers.get(criterion, ()) if name not in outcomes)
    if needs:
        first = next(names for _, names in plan.tiers if needs.intersection(names))
        return Ask(tuple(name for name in first if name in needs))
    return _decide(plan, item, facts, outcomes, verdicts, want, judgements)


def _decide(
    plan: Plan,
    item: Item,
    facts: Facts,
    outcomes: Mapping[str, Outcome],
    verdicts: list[tuple[str, Verdict]],
    want: Set[str],
    found_of: Judgements,
) -> Decision:
    broken = [found for _, found in verdicts if isinstance(found, Broken)]
    unjudged = [(rule, found) for rule, found in verdicts if isinstance(found, Unjudged)]
    by_rules = [action for found in broken for action in found.actions]
    by_default = [plan.on_failure if found.failed else plan.on_unjudged for _, found in unjudged]
    actions = strongest((*by_rules, *by_default))
    judgements = {criterion: found_of.of(criterion) for criterion in sorted(plan.providers)}
    return Decision(
        item_id=item.id,
        actions=actions,
        violations=tuple(
            sorted(
                (found.violation for found in broken),
                key=lambda violation: (-rank(violation.action), -(violation.score or 1.0)),
            )
        ),
        not_judged=(
            *_unjudged_rules(unjudged, plan),
            *_unread_parts(item, plan),
            *_unjudged_criteria(judgements, outcomes, want),
        ),
        scores={
            name: found.score
            for name, found in judgements.items()
            if found.score is not None and not name.startswith("correction:")
        },
        severities=_severities(judgements),
        outcomes=dict(outcomes),
        confidence=_confidence(actions[0], verdicts),
        facts=facts,
        plan=plan.digest,
        policy=plan.policy,
        shadow=plan.is_shadow,
        settled_by=_last_tier(plan, outcomes),
    )


def _unjudged_rules(unjudged: list[tuple[str, Unjudged]], plan: Plan) -> tuple[NotJudged, ...]:
    told = []
    for rule, found in unjudged:
        follows, cause = (
            ("on_failure", plan.on_failure) if found.failed else ("on_unjudged", plan.on_unjudged)
        )
        told.append(NotJudged(f"rule:{rule}", f"{found.reason} ({follows}: {cause})"))
    return tuple(told)


def _unread_parts(item: Item, plan: Plan) -> tuple[NotJudged, ...]:
    return tuple(
        NotJudged(f"part:{part.id}", f"nothing reads {part.kind}")
        for part in item.parts
        if part.kind not in plan.reads
    )


def _unjudged_criteria(
    judgements: Mapping[str, Judgement], outcomes: Mapping[str, Outcome], want: Set[str]
) -> tuple[NotJudged, ...]:
    asked = set(outcomes)
    told = [
        NotJudged(name, "; ".join((*found.failed, *found.abstained)))
        for name, found in judgements.items()
        if found.score is None
        and asked.issuperset(found.pending)
        and (found.failed or (found.abstained and not name.startswith(("examples:", "correction:"))))
    ]
    told += [NotJudged(name, "no detector judges it") for name in sorted(want - judgements.keys())]
    return tuple(told)


def _severities(judgements: Mapping[str, Judgement]) -> dict[str, Severity]:
    graded: dict[str, Severity] = {}
    for name, found in judgements.items():
        severities = [signal.severity for signal in found.signals if signal.severity is not None]
        if severities:
            graded[name] = max(severities)
    return graded


def _confidence(action: str, verdicts: list[tuple[str, Verdict]]) -> float | None:
    """For an action by rules: the best score behind it. For `allow`: one minus the greatest risk that any rule saw.

    None where no measured score is behind the action: it follows from a list, from facts, or from nobody having judged.
    """
    broken = [found for _, found in verdicts if isinstance(found, Broken) and action in found.actions]
    if broken:
        measured = [found.probability for found in broken if found.probability is not None]
        return max(measured, default=None)
    if action != "allow":
        return None
    risks = [found.risk for _, found in verdicts if isinstance(found, Clear) and found.risk is not None]
    return 1.0 - max(risks) if risks else None


def _last_tier(plan: Plan, outcomes: Mapping[str, Outcome]) -> str:
    """The dearest tier of which a detector answered: `exact`, `model` or `judge`; `facts` if none was needed."""
    for tier, names in reversed(plan.tiers):
        if any(isinstance(outcomes.get(name), Signals) for name in names):
            return tier.name.lower()
    return "facts"
