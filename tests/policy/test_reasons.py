"""The tree of reasons that people report for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from comity.policy import Policy, Reason, Rule, leaves, load, reasons_of
from comity.policy.dsa import DSA_CATEGORIES
from comity.policy.reasons import dsa_of
from comity.taxonomy.crosswalk import CROSSWALK

VIOLENCE, BULLYING = "STATEMENT_CATEGORY_VIOLENCE", "STATEMENT_CATEGORY_CYBER_VIOLENCE"
TERMS, UNSAID = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
INSULTS = Rule("no-insults", "Criticise the idea.", categories={"insult": 0.8})
THREATS = Rule("no-threats", "Threaten nobody.", categories={"refusal": 0.9, "threat": 0.8})
TOPIC = Rule("on-topic", "Stay on topic.")
POLICY = Policy("p", 1, (INSULTS, THREATS, TOPIC))


def with_reasons(*reasons: Reason, policy: Policy = POLICY) -> tuple[Reason, ...]:
    return reasons_of(replace(policy, reasons=reasons))


def test_without_reasons_of_its_own_a_policy_has_one_for_each_live_rule_and_another():
    draft = replace(TOPIC, id="later", state="draft")
    assert reasons_of(replace(POLICY, rules=(*POLICY.rules, draft))) == (
        Reason("no-insults", "Criticise the idea.", ("no-insults",), BULLYING),
        Reason("no-threats", "Threaten nobody.", ("no-threats",), VIOLENCE),
        Reason("on-topic", "Stay on topic.", ("on-topic",), TERMS),
        Reason("other", "Something else.", (), UNSAID),
    )


def test_a_rule_named_other_stays_the_only_other_reason():
    other = Rule("other", "Nothing else of that kind.")
    assert [reason.id for reason in reasons_of(Policy("p", 1, (other,)))] == ["other"]


def test_reasons_have_the_rules_and_the_category_of_their_group():
    group = Reason(
        "abuse",
        "It is abusive",
        ("no-insults",),
        "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        (
            Reason("rude", "It is rude"),
            Reason("threat", "It threatens", ("no-threats",), "STATEMENT_CATEGORY_VIOLENCE"),
        ),
    )
    assert list(leaves(with_reasons(group))) == [
        Reason("rude", "It is rude", ("no-insults",), "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"),
        Reason("threat", "It threatens", ("no-threats",), VIOLENCE),
    ]


@pytest.mark.parametrize(
    ("rules", "dsa"),
    [
        (("no-threats",), VIOLENCE),
        (("on-topic",), TERMS),
        (("no-insults", "no-threats"), BULLYING),
        ((), UNSAID),
    ],
)
def test_a_reason_without_a_category_has_that_of_its_first_rule(rules, dsa):
    assert with_reasons(Reason("a", "A", rules)) == (Reason("a", "A", rules, dsa),)


def test_reasons_for_rules_that_are_gone_are_left_out():
    tree = (
        Reason("gone", "A", ("no-swearing",)),
        Reason("half", "B", ("no-swearing", "on-topic")),
        Reason("group", "C", (), None, (Reason("gone-too", "D", ("no-swearing",)),)),
        Reason(
            "mixed",
            "E",
            ("no-swearing",),
            None,
            (Reason("inherits", "F"), Reason("kept", "G", ("on-topic",))),
        ),
        Reason("free", "H"),
    )
    assert [(reason.id, reason.rules) for reason in leaves(with_reasons(*tree))] == [
        ("half", ("on-topic",)),
        ("kept", ("on-topic",)),
        ("free", ()),
    ]


def test_a_violation_falls_under_what_the_policy_says_of_its_rule():
    inner = Reason("inner", "A", ("no-insults",))
    policy = replace(POLICY, reasons=(Reason("outer", "B", (), "STATEMENT_CATEGORY_SELF_HARM", (inner,)),))
    assert dsa_of(policy, INSULTS, "threat") == "STATEMENT_CATEGORY_SELF_HARM"


@pytest.mark.parametrize(
    ("criterion", "dsa"),
    [
        ("threat", VIOLENCE),
        ("terms:no-insults", BULLYING),
        ("rule:no-insults", BULLYING),
        ("refusal", BULLYING),
    ],
)
def test_otherwise_it_falls_under_what_it_was_found_by_and_then_under_its_rule(criterion, dsa):
    assert dsa_of(POLICY, INSULTS, criterion) == dsa


def test_the_crosswalk_names_categories_that_exist():
    assert {code for row in CROSSWALK.values() for code in row.get("dsa", ())} <= set(DSA_CATEGORIES)
    assert len(DSA_CATEGORIES) == 16


@pytest.mark.parametrize("pack", ["community", "llm-app"])
def test_every_live_rule_of_a_pack_can_be_reported_and_so_can_something_else(pack):
    policy = load(pack)
    *found, last = leaves(reasons_of(policy))
    named = [rule for reason in found for rule in reason.rules]
    assert sorted(named) == sorted(rule.id for rule in policy.rules if rule.state == "live")
    assert (last.id, last.rules, last.dsa) == ("other", (), UNSAID)


def test_the_rules_of_the_community_fall_under_the_category_that_describes_them():
    policy = load("community")
    described = {rule.id: dsa_of(policy, rule).removeprefix("STATEMENT_CATEGORY_") for rule in policy.rules}
    assert {rule: dsa for rule, dsa in described.items() if dsa != "OTHER_VIOLATION_TC"} == {
        "no-insults": "CYBER_VIOLENCE",
        "no-hate": "ILLEGAL_OR_HARMFUL_SPEECH",
        "no-threats": "VIOLENCE",
        "no-harassment": "CYBER_VIOLENCE",
        "self-harm": "SELF_HARM",
        "no-scams": "SCAMS_AND_FRAUD",
        "no-private-information": "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "no-drug-trade": "UNSAFE_AND_PROHIBITED_PRODUCTS",
    }
    links = policy.rule("honest-links")
    assert dsa_of(policy, links, "link/look-alike") == "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
