"""Does a policy do what its own examples say?"""

from __future__ import annotations

from comity import Moderator
from comity.evaluate.policy_examples import testable as with_all_rules_live
from comity.evaluate.policy_examples import try_examples
from comity.policy import Condition, Policy, Rule, RuleExample
from tests.fakes import SilentDetector, WordDetector

INSULTS = WordDetector("insult", {"walnut": 0.9, "nut": 0.6})


def rule(*examples: RuleExample, **fields: object) -> Rule:
    return Rule("no-insults", "x", **{"categories": {"insult": 0.8}, "examples": examples, **fields})


def results(*rules: Rule, detectors=(INSULTS,)):
    return list(
        try_examples(Moderator(with_all_rules_live(Policy("p", 1, rules)), detectors=list(detectors)))
    )


def test_an_example_passes_if_the_rule_is_broken_as_it_says():
    tried = results(
        rule(RuleExample("you walnut", True), RuleExample("hello", False), RuleExample("hello", True))
    )
    assert [result.passed for result in tried] == [True, True, False]


def test_what_a_person_would_be_asked_about_counts_as_broken():
    [result] = results(rule(RuleExample("you nut", True), review=0.5))
    assert (result.passed, result.action) == (True, "review")


def test_the_score_is_told_for_examples_that_keep_the_rule_too():
    [kept] = results(rule(RuleExample("you nut", False)))
    assert kept.score == 0.6


def test_an_example_that_nobody_judged_has_not_passed():
    [result] = results(rule(RuleExample("hello", False)), detectors=[SilentDetector("insult", {})])
    assert not result.passed
    assert "not my language" in result.unjudged


def test_the_facts_of_an_example_are_used():
    flood = Rule(
        "slow-down",
        "x",
        when=Condition("author.age_days < 7 && thread.length > 0"),
        examples=(
            RuleExample("hi", True, facts={"author": {"age_days": 1}}, thread=("before",)),
            RuleExample("hi", False, facts={"author": {"age_days": 90}}, thread=("before",)),
            RuleExample("hi", False, facts={"author": {"age_days": 1}}),
        ),
    )
    assert [result.passed for result in results(flood)] == [True, True, True]


def test_draft_and_shadow_rules_are_tried_retired_ones_and_those_for_people_are_not():
    example = RuleExample("you walnut", True)
    states = [rule(example, state=state) for state in ("draft", "shadow", "retired")]
    rules = [Rule(**{**{f: getattr(r, f) for f in Rule.__dataclass_fields__}, "id": r.state}) for r in states]
    people = Rule("on-topic", "x", examples=(example,))
    assert {result.rule for result in results(*rules, people)} == {"draft", "shadow"}
