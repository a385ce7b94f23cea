"""A locked rule, as its parent wrote it and as a child would have it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.policy import ACCOUNT_ACTIONS, ITEM_ACTIONS, Condition, HitRate, Risk, Rule, RuleExample
from comity.policy.locked import weakenings
from comity.taxonomy import Severity

PARENT = Rule(
    "no-threats",
    "Do not threaten anyone.",
    exceptions=("Chess",),
    categories={"threat": 0.6, "hate": Risk("recall", 0.8), "spam": Risk("precision", 0.8)},
    terms=("watch your back",),
    severity=Severity.MODERATE,
    actions=("remove", "mute"),
    review=0.4,
    locked=True,
    strikes=6,
)


@pytest.mark.parametrize(
    "changes",
    [
        {"exceptions": ()},
        {"categories": {**PARENT.categories, "threat": 0.5}},
        {"categories": {**PARENT.categories, "hate": Risk("recall", 0.9)}},
        {"categories": {**PARENT.categories, "spam": Risk("precision", 0.7)}},
        {"terms": ("watch your back", "we will find you")},
        {"severity": Severity.SEVERE},
        {"actions": ("block", "ban")},
        {"review": 0.3},
        {"without_judge": "act"},
        {"notice": "Calm down, please."},
        {"strikes": 7},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_child_may_make_a_locked_rule_stricter(changes):
    assert not list(weakenings(PARENT, replace(PARENT, **changes)))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"locked": False}, "locked"),
        ({"text": "Rather do not."}, "text"),
        ({"examples": (RuleExample("Hello", False),)}, "examples"),
        ({"when": Condition("item.links > 0")}, "when"),
        ({"exceptions": ("Chess", "Friends")}, "exceptions"),
        ({"state": "shadow"}, "state"),
        ({"severity": Severity.MINOR}, "severity"),
        ({"categories": {"threat": 0.6}}, "categories"),
        ({"categories": {**PARENT.categories, "threat": 0.7}}, "categories"),
        ({"categories": {**PARENT.categories, "threat": Risk("recall", 0.9)}}, "categories"),
        ({"categories": {**PARENT.categories, "hate": Risk("recall", 0.7)}}, "categories"),
        ({"categories": {**PARENT.categories, "hate": Risk("fpr", 0.9)}}, "categories"),
        ({"categories": {**PARENT.categories, "spam": Risk("precision", 0.9)}}, "categories"),
        ({"categories": {**PARENT.categories, "spam": 0.1}}, "categories"),
        ({"categories": {**PARENT.categories, "insult": 0.1}}, "categories"),
        ({"terms": ()}, "terms"),
        ({"patterns": ("x",)}, "patterns"),
        ({"domains": ("example.com",)}, "domains"),
        ({"actions": ("limit", "mute")}, "action"),
        ({"actions": ("remove",)}, "action"),
        ({"actions": ("ban",)}, "action"),
        ({"review": 0.5}, "review"),
        ({"review": None}, "review"),
        ({"strikes": 5}, "strikes"),
        ({"strikes": None}, "strikes"),
        ({"expect": HitRate(0.0, 0.001)}, "expect"),
    ],
)
def test_a_child_cannot_weaken_a_locked_rule(changes, key):
    assert {name for name, _ in weakenings(PARENT, replace(PARENT, **changes))} == {key}


def test_a_child_cannot_leave_to_people_what_a_locked_rule_acts_on():
    acting = replace(PARENT, without_judge="act")
    assert [name for name, _ in weakenings(acting, PARENT)] == ["without_judge"]


def test_strikes_that_follow_from_the_severity_of_a_locked_rule_cannot_be_set():
    by_severity = replace(PARENT, strikes=None)
    assert [name for name, _ in weakenings(by_severity, replace(by_severity, strikes=100))] == ["strikes"]


def test_a_locked_draft_may_go_live():
    assert not list(weakenings(replace(PARENT, state="draft"), PARENT))


@dataclass(frozen=True)
class World:
    """One item as the detectors see it. `None`: the detector abstained; no judge; a condition that is unknown."""

    scores: dict[str, float | None]
    terms: frozenset[str]
    condition: bool | None
    judge: bool | None


CLEAR, UNJUDGED, DOUBT, HIT = range(4)


def judged(rule: Rule, world: World) -> tuple[int, int]:
    """How hard `rule` comes down, by the semantics in docs/policy.md: what it found, and what it does about it."""
    found = CLEAR if rule.when and world.condition is False else by_screens(rule, world)
    if found == HIT and rule.exceptions and world.judge is None and rule.without_judge == "review":
        return found, min(ITEM_ACTIONS.index(rule.item_action), ITEM_ACTIONS.index("review"))
    return found, ITEM_ACTIONS.index(rule.item_action) if found == HIT else 0


def by_screens(rule: Rule, world: World) -> int:
    scores = {name: world.scores[name] for name in rule.categories}
    hit = any(
        score is not None and isinstance(edge, float) and score >= edge
        for score, edge in zip(scores.values(), rule.categories.values(), strict=True)
    )
    hit = hit or bool(world.terms & set(rule.terms))
    near = rule.review is not None and any(
        score is not None and score >= rule.review for score in scores.values()
    )
    silent = not rule.terms and all(score is None for score in scores.values())
    if not rule.has_screens and rule.when:
        return HIT if world.condition else UNJUDGED
    if hit and not (rule.exceptions and world.judge is not None):
        return HIT
    if world.judge is not None and (hit or near or silent):
        return HIT if world.judge else CLEAR
    return DOUBT if near else UNJUDGED if silent else CLEAR


def subsets(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(words)).map(lambda chosen: tuple(sorted(chosen)))


EDGES = st.sampled_from([0.5, 0.6, 0.7, 0.8])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "exceptions": subsets("Chess", "Friends"),
    "categories": st.dictionaries(st.sampled_from(["threat", "hate"]), EDGES),
    "terms": subsets("one", "two"),
    "when": st.sampled_from([None, Condition("item.links > 0")]),
    "severity": st.sampled_from([Severity.MINOR, Severity.SEVERE]),
    "actions": st.tuples(st.sampled_from(ITEM_ACTIONS))
    | st.tuples(st.sampled_from(ITEM_ACTIONS), st.just("warn")),
    "review": st.sampled_from([None, 0.2, 0.3, 0.4]),
    "state": st.sampled_from(["live", "shadow", "draft", "retired"]),
    "without_judge": st.sampled_from(["review", "act"]),
}
PARENTS = st.fixed_dictionaries(FIELDS).map(lambda given: Rule("r", "A rule.", locked=True, **given))
CHANGES = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=2, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in names})
)
SCORES = [None, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.95]
WORLDS = [
    World({"threat": threat, "hate": hate}, frozenset(terms), condition, judge)
    for threat in SCORES
    for hate in (None, 0.1, 0.75)
    for terms in ((), ("one",), ("two",))
    for condition in (True, False, None)
    for judge in (True, False, None)
]


@settings(max_examples=200, deadline=None)
@given(PARENTS, CHANGES)
def test_an_accepted_child_of_a_locked_rule_never_judges_weaker(parent, changes):
    child = replace(parent, **changes)
    assume(not list(weakenings(parent, child)))
    assert all(judged(child, world) >= judged(parent, world) for world in WORLDS)
    assert child.severity >= parent.severity
    assert child.state == "live" or parent.state != "live"
    accounts = (None, *ACCOUNT_ACTIONS)
    assert accounts.index(child.account_action) >= accounts.index(parent.account_action)
