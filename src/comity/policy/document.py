"""What a policy is once it has been read: frozen values that decide, evaluate and people work from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from comity.content.item import Role
from comity.policy.condition import Condition
from comity.taxonomy import Criterion, Example, Severity

ItemAction = Literal["allow", "label", "limit", "review", "remove", "block"]
AccountAction = Literal["warn", "mute", "suspend", "ban"]
Action = Literal[ItemAction, AccountAction]
State = Literal["draft", "shadow", "live", "retired"]
Fallback = Literal["allow", "review", "block"]
WithoutJudge = Literal["review", "act"]
Measure = Literal["precision", "recall", "fpr"]
Mode = Literal["strict", "loose"]
CountedBy = Literal["author", "thread", "community", "link", "text"]
Counted = Literal["items", "reports", "removals"]

ITEM_ACTIONS: tuple[ItemAction, ...] = get_args(ItemAction)
"""The ladder of item actions, weakest first."""
ACCOUNT_ACTIONS: tuple[AccountAction, ...] = get_args(AccountAction)
"""The ladder of account actions, weakest first."""

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Risk:
    """A threshold stated as a risk: calibration finds the score at which `measure` is `value`, in (0, 1)."""

    measure: Measure
    value: float


MODES: dict[Mode, Risk] = {"strict": Risk("recall", 0.95), "loose": Risk("precision", 0.95)}
"""Risks by name: strict lets little through, loose acts on little that is harmless."""

Threshold = float | Risk
"""The score in (0, 1] from which a category is violated, or the risk that stands for it."""


@dataclass(frozen=True, slots=True)
class Counter:
    """How many items, reports or removals there were within `window` with the same author, thread, ..."""

    by: CountedBy
    window: str
    of: Counted = "items"

    @property
    def seconds(self) -> int:
        return int(self.window[:-1]) * _SECONDS[self.window[-1]]


@dataclass(frozen=True, slots=True)
class RuleExample:
    """A sentence that a rule must judge as `violates` says, given its `role`, `facts` and `thread`.

    `thread` holds the texts before it, oldest first.
    """

    text: str
    violates: bool
    note: str = ""
    role: Role = "post"
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    thread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it says to people, what enforces it, and what follows.

    The screens of a rule are its `categories`, `terms`, `patterns` and `domains`: any one of them hits, and
    `when` must hold as well. `review` is the lower edge of the band of scores in which a person decides.
    `severity` counts where the detector does not grade. `notice` is what the author is told, where the rule's own
    text would not do.
    """

    id: str
    text: str
    exceptions: tuple[str, ...] = ()
    notice: str = ""
    categories: Mapping[str, Threshold] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    when: Condition | None = None
    severity: Severity = Severity.MINOR
    actions: tuple[Action, ...] = ("review",)
    review: float | None = None
    examples: tuple[RuleExample, ...] = ()
    state: State = "live"
    locked: bool = False
    without_judge: WithoutJudge = "review"

    @property
    def item_action(self) -> ItemAction:
        """What happens to the item: `allow` where the rule names an account action only."""
        return next((action for action in ITEM_ACTIONS if action in self.actions), "allow")

    @property
    def account_action(self) -> AccountAction | None:
        return next((action for action in ACCOUNT_ACTIONS if action in self.actions), None)

    @property
    def has_screens(self) -> bool:
        return bool(self.categories or self.terms or self.patterns or self.domains)

    @property
    def criterion(self) -> Criterion:
        """The rule in its own words, for a judge. A judge gets the texts of the examples, not their facts."""
        examples = tuple(Example(example.text, example.violates, example.note) for example in self.examples)
        return Criterion(f"rule:{self.id}", self.text, self.exceptions, examples)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with everything that it extends already folded in. `rules` are in the order of reading."""

    name: str
    version: int
    rules: tuple[Rule, ...] = ()
    description: str = ""
    on_failure: Fallback = "review"
    on_unjudged: Fallback = "allow"
    counters: Mapping[str, Counter] = field(default_factory=dict)
    extends: str | None = None

    @property
    def reference(self) -> str:
        """What another policy writes behind `extends:`, such as `community@1`."""
        return f"{self.name}@{self.version}"

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)
