"""What must hold for every policy and whatever the detectors say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Item
from comity.decide import NO_FACTS, Ask, Decision, compile, settle
from comity.decide.actions import rank
from comity.detect import Abstained, Failed, Outcome, Signal, Signals
from comity.policy import ITEM_ACTIONS, Policy, Rule
from comity.taxonomy import Severity
from tests.fakes import WordDetector

CRITERIA = ("insult", "hate", "spam")
DETECTORS = [
    WordDetector(criterion, {}, name=f"{criterion}-{number}.v1")
    for criterion in CRITERIA
    for number in (1, 2)
]
ITEM = Item.text("any text")
SCORES = st.floats(0, 1)
ADVERSE = st.sampled_from(ITEM_ACTIONS[1:])


@st.composite
def rules(draw, *, actions=ADVERSE) -> tuple[Rule, ...]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        act = draw(st.floats(0.3, 1.0))
        made.append(
            Rule(
                f"rule-{number}",
                "Some rule.",
                categories={draw(st.sampled_from(CRITERIA)): act},
                review=draw(st.none() | st.floats(0.05, 0.25)),
                actions=(draw(actions),),
                exceptions=draw(st.sampled_from([(), ("unless it is banter",)])),
                state=draw(st.sampled_from(["live", "live", "draft", "retired"])),
            )
        )
    return tuple(made)


@st.composite
def outcomes(draw, *, all_judge: bool = False) -> dict[str, Outcome]:
    told: dict[str, Outcome] = {}
    for detector in DETECTORS:
        score = draw(st.none() | SCORES)
        signal = Signal(detector.criterion, score or 0.0, detector.name)
        judged = Signals((signal,) if score is not None else (), detector.criteria)
        silent: list[Outcome] = [] if all_judge else [Abstained("why"), Failed("why")]
        told[detector.name] = draw(st.sampled_from([judged, judged, judged, *silent]))
    return told


def decide(policy: Policy, told: dict[str, Outcome]) -> Decision:
    decision = settle(compile(policy, DETECTORS), ITEM, NO_FACTS, told)
    assert isinstance(decision, Decision)
    return decision


@given(rules(), outcomes())
def test_every_violation_has_a_reason_and_evidence_and_every_adverse_action_a_cause(made, told):
    decision = decide(Policy("p", 1, made), told)
    assert all(violation.reason and violation.evidence for violation in decision.violations)
    if decision.action != "allow":
        assert decision.violations or decision.not_judged


@given(rules(), outcomes())
def test_a_failure_that_a_rule_needed_never_becomes_allow(made, told):
    decision = decide(Policy("p", 1, made, on_failure="review"), told)
    if any("on_failure" in missing.reason for missing in decision.not_judged):
        assert rank(decision.action) >= rank("review")


# It may be otherwise where a rule leads to less than a review: a lower threshold then settles with a label what its
# band, or a failure, had sent to a person.
@given(
    rules(actions=st.sampled_from(["review", "remove", "block"])),
    outcomes(all_judge=True),
    st.floats(0.0, 0.3),
)
def test_lower_thresholds_never_lead_to_a_milder_action(made, told, less):
    stricter = tuple(
        Rule(
            **{
                name: getattr(rule, name)
                for name in Rule.__dataclass_fields__
                if name not in ("categories", "review")
            },
            categories={c: max(0.01, act - less) for c, act in rule.categories.items()},
            review=None if rule.review is None else max(0.001, rule.review - less),
        )
        for rule in made
    )
    before, after = decide(Policy("p", 1, made), told), decide(Policy("p", 1, stricter), told)
    assert rank(after.action) >= rank(before.action)


@given(rules(), outcomes())
def test_whatever_is_answered_first_the_decision_is_the_same(made, told):
    plan = compile(Policy("p", 1, made), DETECTORS)
    known: dict[str, Outcome] = {}
    while isinstance(step := settle(plan, ITEM, NO_FACTS, known), Ask):
        assert step.detectors
        assert not known.keys() & set(step.detectors), "nobody is asked twice"
        known[step.detectors[-1]] = told[step.detectors[-1]]
    assert rank(step.action) == rank(decide(Policy("p", 1, made), told).action)


@given(rules(), outcomes())
def test_a_decision_can_be_repeated_from_what_it_recorded(made, told):
    plan = compile(Policy("p", 1, made), DETECTORS)
    first = settle(plan, ITEM, NO_FACTS, told)
    assert isinstance(first, Decision)
    assert settle(plan, ITEM, first.facts, first.outcomes) == first


def test_the_digest_of_a_plan_changes_with_what_it_decides_and_with_nothing_else():
    rule = Rule("a", "Some rule.", categories={"insult": 0.8}, actions=("remove",))
    same = compile(Policy("p", 1, (rule,)), list(reversed(DETECTORS)))
    assert compile(Policy("p", 1, (rule,)), DETECTORS).digest == same.digest
    stricter = Rule("a", "Some rule.", categories={"insult": 0.7}, actions=("remove",))
    assert compile(Policy("p", 1, (stricter,)), DETECTORS).digest != same.digest
    assert compile(Policy("p", 1, (rule,), on_failure="block"), DETECTORS).digest != same.digest


def test_draft_and_retired_rules_have_no_effect():
    made = tuple(
        Rule(state, "Some rule.", categories={"insult": 0.1}, actions=("block",), state=state)
        for state in ("draft", "retired")
    )
    told = {d.name: Signals((Signal(d.criterion, 1.0, d.name),), d.criteria) for d in DETECTORS}
    assert decide(Policy("p", 1, made), told).actions == ("allow",)


def test_a_rule_that_nobody_but_people_can_enforce_leaves_the_item_alone():
    people_only = Rule("on-topic", "Stay on topic.", actions=("remove",))
    decision = decide(Policy("p", 1, (people_only,), on_unjudged="review"), {})
    assert decision.actions == ("allow",)
    assert compile(Policy("p", 1, (people_only,)), DETECTORS).rules[0].enforcers == ("people",)


@pytest.mark.parametrize(
    ("graded", "severity"),
    [(None, Severity.MODERATE), (Severity.NONE, Severity.MODERATE), (Severity.MINOR, Severity.MINOR)],
)
def test_the_rule_says_how_severe_a_violation_is_that_its_detector_does_not_grade(graded, severity):
    rule = Rule("kind", "Be kind.", categories={"insult": 0.4}, severity=Severity.MODERATE)
    told: dict[str, Outcome] = {detector.name: Signals(judged=detector.criteria) for detector in DETECTORS}
    told["insult-1.v1"] = Signals((Signal("insult", 0.45, "insult-1.v1", graded),), frozenset({"insult"}))
    (violation,) = decide(Policy("p", 1, (rule,)), told).violations
    assert violation.severity is severity
