from __future__ import annotations

from dataclasses import replace

from comity.policy import Policy, Rule, diff
from comity.policy.diff import Change

KIND, BRIEF = Rule("be-kind", "Be kind."), Rule("be-brief", "Be brief.")
BEFORE = Policy("house", 1, (KIND, BRIEF))


def test_a_policy_does_not_differ_from_itself():
    assert not diff(BEFORE, BEFORE)


def test_the_order_of_rules_is_no_difference():
    assert not diff(BEFORE, replace(BEFORE, rules=(BRIEF, KIND)))


def test_rules_are_added_and_removed():
    bold = Rule("be-bold", "Be bold.")
    found = diff(BEFORE, replace(BEFORE, rules=(KIND, bold)))
    assert (found.added, found.removed, found.changed) == ((bold,), (BRIEF,), ())


def test_a_changed_rule_names_each_changed_field_with_both_values():
    softer = replace(KIND, actions=("label",), categories={"insult": 0.9})
    found = diff(BEFORE, replace(BEFORE, rules=(softer, BRIEF)))
    assert found.changed == (
        ("be-kind", (Change("categories", {}, {"insult": 0.9}), Change("actions", ("review",), ("label",)))),
    )


def test_settings_are_told_apart_from_rules():
    found = diff(BEFORE, replace(BEFORE, version=2, on_failure="block"))
    assert found.settings == (Change("version", 1, 2), Change("on_failure", "review", "block"))
    assert not found.changed
