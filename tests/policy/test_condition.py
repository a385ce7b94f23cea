from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.policy import Condition, Unknown

NEW_AND_LINKING = Condition("author.age_days < 7 && item.links > 0")


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"author": {"age_days": 3}, "item": {"links": 1}}, True),
        ({"author": {"age_days": 3}, "item": {"links": 0}}, False),
        ({"author": {"age_days": 7}, "item": {"links": 1}}, False),
        ({"author": {"age_days": 3}}, None),
        ({"item": {"links": 0}}, False),
        ({"item": {"links": 1}}, None),
        ({}, None),
    ],
)
def test_an_absent_fact_leaves_open_what_it_could_change(facts, answer):
    assert NEW_AND_LINKING.holds(facts) is answer


def test_an_unknown_answer_names_the_facts_that_are_missing():
    assert NEW_AND_LINKING.evaluate({"item": {"links": 1}}) == Unknown("not known: author.age_days")


@pytest.mark.parametrize("value", [None, "3", True, float("nan"), float("inf"), 10**30, [3]])
def test_a_fact_of_the_wrong_type_is_absent(value):
    assert Condition("author.age_days < 7").holds({"author": {"age_days": value}}) is None


def test_whole_and_fractional_numbers_compare():
    assert Condition("author.age_days < 7").holds({"author": {"age_days": 6}}) is True
    assert Condition("item.links > 2.5").holds({"item": {"links": 3}}) is True


def test_a_division_by_zero_is_unknown():
    ratio = Condition("item.links / item.mentions > 1")
    assert not list(ratio.mistakes(()))
    assert ratio.evaluate({"item": {"links": 1, "mentions": 0}}) == Unknown(
        "it cannot be computed from these facts"
    )


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("author.age_days < 7 && item.links > 0", {"author.age_days", "item.links"}),
        ("counters.posts_10m > 3", {"counters.posts_10m"}),
        ('item.role == "response"', {"item.role"}),
        ("author.id == 'item.links'", {"author.id"}),
        ("author.id.startsWith('bot-')", {"author.id"}),
        ("['mod', 'admin'].exists(role, role == author.role)", {"author.role"}),
        ("author.role in ['mod'] // and item.links", {"author.role"}),
        ("true", set()),
    ],
)
def test_the_names_of_a_condition_are_the_facts_it_reads(expression, names):
    condition = Condition(expression)
    assert condition.names == names
    assert not list(condition.mistakes(["posts_10m"]))


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("item.links >", "P025"),
        ("item.links > 1 and true", "P025"),
        ("[" * 300 + "]" * 300, "P025"),
        ("true" + " && true" * 400, "P025"),
        ("author.age < 7", "P026"),
        ("author", "P026"),
        ("author['id'] == 'x'", "P026"),
        (".author.id == 'x'", "P026"),
        (r"r'\' == author.role && 'x' == author.secret", "P026"),
        ("timestamp('2020-01-01T00:00:00Z') < timestamp(author.id)", "P026"),
        ("has(author.id)", "P026"),
        ("counters.posts_1h > 3", "P027"),
        ("item.links > '3'", "P028"),
        ("item.role == 'ad' && item.links > '3'", "P028"),
        ("item.uppercase_share * 100 > 50", "P028"),
        ("author.id.matches('(')", "P028"),
        ("item.links", "P028"),
        ("item.links > 1 ? true : 3", "P028"),
    ],
)
def test_an_unsound_condition_is_found_before_it_is_used(expression, code):
    assert {mistake.code for mistake in Condition(expression).mistakes(["posts_10m"])} == {code}


def test_a_condition_can_be_sent_to_another_process():
    assert pickle.loads(pickle.dumps(NEW_AND_LINKING)) == NEW_AND_LINKING


ATOMS = {
    "author.age_days < 7": ("author", "age_days", {True: 1, False: 30}),
    "item.links > 0": ("item", "links", {True: 2, False: 0}),
    "author.verified": ("author", "verified", {True: True, False: False}),
    "item.role == 'ad'": ("item", "role", {True: "ad", False: "post"}),
}
FORMULAS = st.recursive(
    st.sampled_from(sorted(ATOMS)),
    lambda child: (
        st.tuples(st.just("!"), child)
        | st.tuples(st.just("&&"), child, child)
        | st.tuples(st.just("||"), child, child)
    ),
    max_leaves=8,
)
WORLDS = st.fixed_dictionaries({atom: st.sampled_from([True, False, None]) for atom in ATOMS})


def written(formula: Any) -> str:
    match formula:
        case ("!", only):
            return f"!({written(only)})"
        case (sign, left, right):
            return f"({written(left)} {sign} {written(right)})"
    return str(formula)


def kleene(formula: Any, world: dict[str, bool | None]) -> bool | None:
    match formula:
        case ("!", only):
            value = kleene(only, world)
            return None if value is None else not value
        case (sign, left, right):
            values = {kleene(left, world), kleene(right, world)}
            decisive = sign == "||"
            return decisive if decisive in values else None if None in values else not decisive
    return world[formula]


def facts_of(world: dict[str, bool | None]) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for atom, truth in world.items():
        root, leaf, values = ATOMS[atom]
        if truth is not None:
            facts.setdefault(root, {})[leaf] = values[truth]
    return facts


@given(FORMULAS, WORLDS)
def test_conditions_follow_kleenes_logic(formula, world):
    assert Condition(written(formula)).holds(facts_of(world)) is kleene(formula, world)


@given(FORMULAS, WORLDS, WORLDS)
def test_learning_more_facts_never_turns_an_answer_around(formula, world, more):
    condition = Condition(written(formula))
    before = condition.holds(facts_of(world))
    learned = {atom: more[atom] if truth is None else truth for atom, truth in world.items()}
    assert before is None or condition.holds(facts_of(learned)) is before
