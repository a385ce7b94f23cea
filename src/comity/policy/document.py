"""What a policy is once it has been read: frozen values that decide, evaluate and people work from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal, get_args

from comity.content.item import Role
from comity.policy.condition import Condition
from comity.policy.dsa import DsaCategory
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
Counted = Literal["items", "reports", "removals", "targets"]
First = Literal["warn", "none"]

ITEM_ACTIONS: tuple[ItemAction, ...] = get_args(ItemAction)
"""The ladder of item actions, weakest first."""
ACCOUNT_ACTIONS: tuple[AccountAction, ...] = get_args(AccountAction)
"""The ladder of account actions, weakest first."""

STRIKES: Mapping[Severity, int] = {Severity.MINOR: 1, Severity.MODERATE: 2, Severity.SEVERE: 4}
"""Weight of a violation by its severity, where a ladder does not say otherwise."""

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


def seconds(window: str) -> int:
    """The length of a window such as `10m`, `1h` or `7d`."""
    return int(window[:-1]) * _SECONDS[window[-1]]


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
    """How many items, reports, removals or targets there were within `window` with the same author, thread, ...

    Targets are the different people and items that these items, and the one to be decided, mention or answer.
    """

    by: CountedBy
    window: str
    of: Counted = "items"

    @property
    def seconds(self) -> int:
        return seconds(self.window)


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
class HitRate:
    """The share of decided items, `low` to `high` in [0, 1], that a rule acts on or sends to a person.

    It is judged over the last `window`, and only where that held `of` items at least.
    """

    low: float
    high: float
    of: int = 500
    window: str = "1h"

    @property
    def seconds(self) -> int:
        return seconds(self.window)

    def is_left_by(self, hits: int, items: int) -> bool:
        """Whether `hits` of the `items` in the window are too few or too many. Never so of fewer than `of` items."""
        return items >= self.of and not self.low <= hits / items <= self.high


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it says to people, what enforces it, and what follows.

    The screens of a rule are its `categories`, `terms`, `patterns` and `domains`: any one of them hits, and
    `when` must hold as well. `review` is the lower edge of the band of scores in which a person decides.
    `severity` counts where the detector does not grade. `notice` is what the author is told, where the rule's own
    text would not do. `strikes` is the weight of a violation, where its severity should not say it. `expect` is the
    hit rate outside of which the brake puts the rule in shadow.
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
    strikes: int | None = None
    expect: HitRate | None = None

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
class Step:
    """From a sum of strikes of `at` on, `action` follows for the window `lasts`; None: until somebody lifts it."""

    at: int
    action: AccountAction
    lasts: str | None = None

    @property
    def seconds(self) -> float:
        """How long its action is felt: 0 for a warning, infinity until somebody lifts it."""
        if self.action == "warn":
            return 0.0
        return float(seconds(self.lasts)) if self.lasts else inf

    def __str__(self) -> str:
        return f"{self.action} for {self.lasts}" if self.lasts else self.action

    def is_milder_than(self, other: Step) -> bool:
        """Whether its action is weaker, or ends sooner."""
        weaker = ACCOUNT_ACTIONS.index(self.action) < ACCOUNT_ACTIONS.index(other.action)
        return weaker or self.seconds < other.seconds


@dataclass(frozen=True, slots=True)
class Ladder:
    """What strikes lead to. `strikes` are the weights of a violation by its severity.

    A strike counts for the window `expire`. `first` is what a strike brings while the sum is below the first step.
    No step is milder than the one below it.
    """

    strikes: Mapping[Severity, int] = field(default_factory=lambda: dict(STRIKES))
    expire: str = "90d"
    first: First = "warn"
    steps: tuple[Step, ...] = ()

    @property
    def rungs(self) -> tuple[Step, ...]:
        """The steps, and below them the warning that a first strike brings."""
        warns = self.first == "warn" and not (self.steps and self.steps[0].at == 1)
        return (Step(1, "warn"), *self.steps) if warns else self.steps

    def reached(self, total: int) -> Step | None:
        """The highest step that strikes of the weight `total` reach."""
        return next((step for step in reversed(self.rungs) if step.at <= total), None)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that somebody can report an item for, or a group of such `reasons`.

    `rules` are the ids of the rules that it may be about, `dsa` is what the transparency database of the EU's Digital
    Services Act would file it under.
    """

    id: str
    text: str
    rules: tuple[str, ...] = ()
    dsa: DsaCategory | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with everything that it extends already folded in. `rules` are in the order of reading.

    Without a `ladder` no strikes are given. `reasons` are as written: `reasons_of` tells what people can report for.
    """

    name: str
    version: int
    rules: tuple[Rule, ...] = ()
    description: str = ""
    on_failure: Fallback = "review"
    on_unjudged: Fallback = "allow"
    counters: Mapping[str, Counter] = field(default_factory=dict)
    extends: str | None = None
    ladder: Ladder | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def reference(self) -> str:
        """What another policy writes behind `extends:`, such as `community@1`."""
        return f"{self.name}@{self.version}"

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)
