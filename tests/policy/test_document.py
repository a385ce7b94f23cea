from __future__ import annotations

import pickle

import pytest

from comity.policy import Counter, HitRate, Rule, RuleExample, load
from comity.taxonomy import Criterion, Example


@pytest.mark.parametrize(
    ("actions", "item_action", "account_action"),
    [
        (("remove",), "remove", None),
        (("warn",), "allow", "warn"),
        (("block", "ban"), "block", "ban"),
        ((), "allow", None),
    ],
)
def test_a_rule_has_an_action_for_the_item_and_one_for_the_account(actions, item_action, account_action):
    rule = Rule("be-kind", "Be kind.", actions=actions)
    assert (rule.item_action, rule.account_action) == (item_action, account_action)


def test_the_criterion_of_a_rule_tells_a_judge_everything_in_the_rules_own_words():
    examples = (RuleExample("You walnut.", True, note="a person", facts={"author": {"age_days": 1}}),)
    rule = Rule("be-kind", "Be kind.", exceptions=("Friends",), examples=examples)
    assert rule.criterion == Criterion(
        "rule:be-kind", "Be kind.", ("Friends",), (Example("You walnut.", True, "a person"),)
    )


@pytest.mark.parametrize(("window", "seconds"), [("10m", 600), ("1h", 3_600), ("7d", 604_800)])
def test_a_window_has_a_length_in_seconds(window, seconds):
    assert Counter("author", window).seconds == seconds


@pytest.mark.parametrize(
    ("hits", "items", "left"),
    [(0, 99, False), (99, 99, False), (0, 100, True), (1, 100, False), (5, 100, False), (6, 100, True)],
)
def test_a_hit_rate_is_left_above_and_below_but_not_by_a_few_items(hits, items, left):
    assert HitRate(0.01, 0.05, of=100).is_left_by(hits, items) is left


def test_a_policy_can_be_sent_to_another_process():
    policy = load("community")
    assert pickle.loads(pickle.dumps(policy)) == policy
