"""Does a policy do what its own examples say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from comity.content import Item
from comity.decide import Facts
from comity.decide.plan import PlanRule
from comity.moderator import Moderator
from comity.policy import Policy, Rule, RuleExample


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """`broken`: the plan found the rule broken, or likely enough to ask a person. `score` is the
    highest of what the rule watches; None if facts alone decided. `unjudged`: why nobody could say, else empty.
    """

    rule: str
    example: RuleExample
    broken: bool
    action: str
    score: float | None
    unjudged: str

    @property
    def passed(self) -> bool:
        return self.broken == self.example.violates and not self.unjudged


def testable(policy: Policy) -> Policy:
    """`policy` with its draft and shadow rules live, so that their examples can be tried before they are."""
    rules = (
        replace(rule, state="live") if rule.state in ("draft", "shadow") else rule for rule in policy.rules
    )
    return replace(policy, rules=tuple(rules))


def try_examples(moderator: Moderator) -> Iterator[ExampleResult]:
    """Each example of every live rule that something other than people enforces, tried under the moderator's plan."""
    enforced = {rule.id: rule for rule in moderator.plan.rules if rule.enforcers != ("people",)}
    rules = [rule for rule in moderator.policy.rules if rule.id in enforced]
    cases = [(rule, example) for rule in rules for example in rule.examples]
    items = [_item(rule, example, number) for number, (rule, example) in enumerate(cases)]
    decisions = moderator.moderate_many(items, [_facts(example) for _, example in cases])
    for (rule, example), decision in zip(cases, decisions, strict=True):
        violation = next((found for found in decision.violations if found.rule == rule.id), None)
        missing = next((found for found in decision.not_judged if found.what == f"rule:{rule.id}"), None)
        yield ExampleResult(
            rule=rule.id,
            example=example,
            broken=violation is not None,
            action=violation.action if violation else decision.action,
            score=violation.score if violation else _risk(enforced[rule.id], decision.scores),
            unjudged=missing.reason if missing else "",
        )


def _risk(rule: PlanRule, scores: Mapping[str, float]) -> float | None:
    watched = [scores[screen.criterion] for screen in rule.screens if screen.criterion in scores]
    return max(watched, default=None)


def _item(rule: Rule, example: RuleExample, number: int) -> Item:
    thread = tuple(Item.text(before) for before in example.thread)
    return Item.text(example.text, id=f"{rule.id}-{number}", role=example.role, thread=thread)


def _facts(example: RuleExample) -> Facts:
    given = example.facts
    return Facts(
        author=given.get("author", {}), counters=given.get("counters", {}), history=given.get("history", {})
    )
