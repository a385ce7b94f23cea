"""The shape of a policy document as pydantic models: checked first, and the source of the JSON Schema.

A field that a file leaves out stays unset here: its default is that of `document`, or the value of the policy
that the file extends.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from comity.content.item import Role
from comity.policy.document import (
    ACCOUNT_ACTIONS,
    ITEM_ACTIONS,
    AccountAction,
    Action,
    Counted,
    CountedBy,
    Fallback,
    First,
    Mode,
    State,
    WithoutJudge,
)
from comity.policy.dsa import DsaCategory
from comity.taxonomy import CATEGORIES

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
CounterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Window = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}[mhd]$")]
Domain = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$")
]
Score = Annotated[float, Field(gt=0, le=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
Rate = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[int, Field(ge=0, le=100)]
Category = Annotated[str, Field(json_schema_extra={"enum": list(CATEGORIES)})]
Reference = Annotated[Words, WithJsonSchema({"type": "string", "pattern": "^[a-z0-9-]+@[1-9][0-9]*$"})]
Fact = Annotated[Any, WithJsonSchema({"type": ["string", "boolean", "number"]})]


def _optional(description: str, alias: str | None = None) -> Any:
    return Field(default=None, alias=alias, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def _word_or_list(value: Any) -> str:
    return "list" if isinstance(value, list) else "word"


def _number_risk_or_mode(value: Any) -> str:
    return "risk" if isinstance(value, dict) else "mode" if isinstance(value, str) else "number"


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _one_of_each_kind(actions: list[Action]) -> list[Action]:
    for kind, words in (("item", ITEM_ACTIONS), ("account", ACCOUNT_ACTIONS)):
        if sum(action in words for action in actions) > 1:
            raise PydanticCustomError("two_actions", "more than one {kind} action", {"kind": kind})
    return actions


def _low_and_high(hits: list[float]) -> list[float]:
    if len(hits) != 2 or hits[0] >= hits[1]:
        raise PydanticCustomError("no_band", "not two shares, the lower one first")
    return hits


class RiskShape(Shape):
    """A risk instead of a number; exactly one of the three."""

    precision: Share = _optional("Of what is caught, at least this share is rightly caught.")
    recall: Share = _optional("At least this share of the violations is caught.")
    fpr: Share = _optional("Of what does not violate, at most this share is caught.")

    @model_validator(mode="after")
    def _exactly_one(self) -> RiskShape:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("not_one_risk", "not exactly one of precision, recall and fpr")
        return self


class ExampleShape(Shape):
    text: Words = Field(description="A sentence as somebody would post it.")
    violates: bool = Field(description="Whether it violates the rule.")
    note: Words = _optional("Why, where it is not plain.")
    role: Role = _optional("What the item is. Default: post.")
    facts: dict[str, dict[str, Fact]] = _optional("Facts for `when`, such as `{author: {age_days: 2}}`.")
    thread: list[Words] = _optional("The texts before it, oldest first.")


class CounterShape(Shape):
    by: CountedBy = Field(description="What the counted items have in common with this one.")
    window: Window = Field(description="How far back to count, such as 10m, 1h or 7d.")
    of: Counted = _optional("What is counted. Default: items.")


class HitRateShape(Shape):
    hits: Annotated[list[Rate], Field(min_length=1), AfterValidator(_low_and_high)] = Field(
        description="The lowest and the highest share of items that the rule acts on or sends to a person."
    )
    of: Annotated[int, Field(ge=1, le=1_000_000)] = _optional(
        "Judged only where the window holds at least this many items. Default: 500."
    )
    window: Window = _optional("How far back to look, such as 30m, 1h or 7d. Default: 1h.")


class StrikesShape(Shape):
    """The weight of a violation by its severity."""

    minor: Weight = _optional("Weight of a minor violation. Default: 1.")
    moderate: Weight = _optional("Weight of a moderate violation. Default: 2.")
    severe: Weight = _optional("Weight of a severe violation. Default: 4.")


class StepShape(Shape):
    at: Annotated[int, Field(ge=1, le=10_000)] = Field(
        description="The sum of strikes that reaches the step."
    )
    action: AccountAction = Field(description="What follows for the account.")
    lasts: Window = _optional(
        "For how long, such as 12h or 7d. Default: until somebody lifts it.", alias="for"
    )


class LadderShape(Shape):
    strikes: StrikesShape = _optional("How much a strike weighs, by the severity of the violation.")
    expire: Window = _optional("How long a strike counts. Default: 90d.")
    first: First = _optional("What a strike brings below the first step. Default: warn.")
    steps: list[StepShape] = _optional(
        "The steps upwards; the highest that the sum of strikes reaches follows."
    )


class ReasonShape(Shape):
    id: Kebab = Field(description="Name of the reason, in kebab-case, by which a report gives it.")
    text: Words = Field(description="The reason as the person who reports reads it.")
    rules: list[Kebab] = _optional(
        "Ids of the rules that it may be about. Default: those of the group it is in."
    )
    dsa: DsaCategory = _optional(
        "The category of the DSA transparency database. Default: that of its group, or of its rules."
    )
    reasons: list[ReasonShape] = _optional("Finer reasons, to choose from in its place.")


Actions = Annotated[
    Annotated[Action, Tag("word")]
    | Annotated[list[Action], Field(min_length=1), AfterValidator(_one_of_each_kind), Tag("list")],
    Discriminator(_word_or_list),
]
ThresholdShape = Annotated[
    Annotated[Score, Tag("number")] | Annotated[RiskShape, Tag("risk")] | Annotated[Mode, Tag("mode")],
    Discriminator(_number_risk_or_mode),
]


class RuleShape(Shape):
    id: Kebab = Field(description="Name of the rule, in kebab-case; other policies override it by this name.")
    text: Words = _optional("The rule in plain language, as the author reads it. Every new rule needs it.")
    exceptions: list[Words] = _optional("When the rule does not apply in spite of its text.")
    notice: Words = _optional("What the author is told, where the rule's own text would not do.")
    categories: dict[Category, ThresholdShape] = _optional(
        "Categories that violate it, each with a score, a risk, or the word strict or loose."
    )
    terms: list[Words] = _optional("Words and phrases that violate it.")
    patterns: list[Words] = _optional("Regular expressions (RE2) that violate it.")
    domains: list[Domain] = _optional("Domains that violate it when linked to, subdomains included.")
    when: Words = _optional("A condition (CEL) on facts that must hold as well.")
    severity: Literal["minor", "moderate", "severe"] = _optional(
        "How bad a violation is, where the detector does not grade. Default: minor."
    )
    action: Actions = _optional("One action on the item, one on the account, or both. Default: review.")
    review: Score = _optional("From this score up to the threshold, a person decides.")
    examples: list[ExampleShape] = _optional("Sentences that `comity policy test` must judge as you say.")
    state: State = _optional("Shadow: judged without effect; draft and retired: off. Default: live.")
    locked: bool = _optional("A policy that extends this one cannot weaken the rule. Default: false.")
    without_judge: WithoutJudge = _optional(
        "What a rule with exceptions does where no judge can check them. Default: review."
    )
    strikes: Weight = _optional(
        "Weight of a violation on the ladder; 0: it is never a strike. Default: by severity."
    )
    expect: HitRateShape = _optional(
        "The expected hit rate. Outside of it the brake puts the rule in shadow."
    )


class PolicyShape(Shape):
    model_config = ConfigDict(
        title="Comity policy",
        json_schema_extra={
            "if": {"not": {"required": ["extends"]}},
            "then": {"required": ["rules"], "properties": {"rules": {"items": {"required": ["id", "text"]}}}},
        },
    )

    policy: Kebab = Field(description="Name of the policy, in kebab-case.")
    version: Annotated[int, Field(ge=1, le=999_999_999)] = Field(
        description="Goes up by one with every change."
    )
    description: Words = _optional("What the policy is for.")
    extends: Reference = _optional("The policy that this one builds on, with its version: `community@1`.")
    disable: list[Kebab] = _optional("Ids of rules of the extended policy that do not apply here.")
    on_failure: Fallback = _optional("When a detector that a rule needs has failed. Default: review.")
    on_unjudged: Fallback = _optional("When no detector of a rule can judge an item. Default: allow.")
    counters: dict[CounterName, CounterShape] = _optional(
        "Counters, which conditions read as `counters.<name>`."
    )
    rules: list[RuleShape] = _optional("The rules, in the order in which people should read them.")
    ladder: LadderShape = _optional("What strikes lead to. Without it no strikes are given.")
    reasons: list[ReasonShape] = _optional("What people can report an item for. Default: one reason a rule.")
