"""The packs, as far as words, patterns and facts go; `comity policy test` asks the detectors about the rest."""

from __future__ import annotations

import re

import pytest
import re2

from comity.policy import Policy, Rule, RuleExample, load

PACKS = ["community", "llm-app"]


def enforced(policy: Policy) -> list[Rule]:
    return [rule for rule in policy.rules if rule.state == "live"]


def cases(*, want: bool) -> list[tuple[Rule, RuleExample]]:
    """Examples that words and patterns must answer as wanted; what violates may be left to a category."""
    rules = [rule for name in PACKS for rule in enforced(load(name)) if rule.terms or rule.patterns]
    return [
        (rule, example)
        for rule in rules
        for example in rule.examples
        if example.violates is want and not (want and rule.categories)
    ]


def hits(rule: Rule, example: RuleExample) -> bool:
    terms = any(re.search(rf"(?i)(?<!\w){re.escape(term)}(?!\w)", example.text) for term in rule.terms)
    screened = terms or any(re2.search(pattern, example.text) for pattern in rule.patterns)
    return screened and (rule.when is None or bool(rule.when.holds({"item": {"role": example.role}})))


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_at_least_twelve_rules_that_somebody_enforces(name):
    assert len([rule for rule in enforced(load(name)) if rule.has_screens or rule.when]) >= 12


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_of_a_pack_shows_what_it_means_from_both_sides(name):
    for rule in enforced(load(name)):
        violating = sum(example.violates for example in rule.examples)
        assert violating >= 3, rule.id
        assert len(rule.examples) - violating >= 3, rule.id


@pytest.mark.parametrize(("rule", "example"), cases(want=True), ids=lambda value: getattr(value, "id", ""))
def test_words_and_patterns_catch_what_violates(rule, example):
    assert hits(rule, example)


@pytest.mark.parametrize(("rule", "example"), cases(want=False), ids=lambda value: getattr(value, "id", ""))
def test_words_and_patterns_leave_the_near_misses_alone(rule, example):
    assert not hits(rule, example)


def test_a_self_harm_rule_sends_care_and_a_person_but_no_punishment():
    for name in PACKS:
        rule = load(name).rule("self-harm")
        assert rule is not None
        assert rule.actions == ("review",)
        assert "findahelpline.com" in rule.notice
