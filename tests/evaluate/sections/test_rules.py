import pytest

from comity.errors import InputError
from comity.evaluate.sections.rules import rules
from comity.policy import read
from tests.evaluate.sections.made import cases

POLICY = read("""
policy: allotment
version: 1
rules:
  - {id: no-insults, text: Criticise the idea, categories: {insult: 0.8}, action: remove}
  - {id: no-spam, text: No advertising, categories: {spam: 0.8}, action: remove}
  - {id: no-caps, text: No shouting, categories: {toxicity: 0.8}, action: review, state: shadow}
""")
NOTHING, INSULTS, SPAM = frozenset(), frozenset({"no-insults"}), frozenset({"no-spam"})


def test_failures_of_each_rule_by_hand():
    rows = [{"rules": ["no-insults"]}] * 40 + [{"rules": []}] * 60
    found = [INSULTS] * 30 + [NOTHING] * 10 + [INSULTS] * 6 + [NOTHING] * 54
    insults, spam = rules(cases(rows), found, POLICY)
    assert (insults.rule, insults.rows, insults.positives) == ("no-insults", 100, 40)
    assert insults.missed.value == pytest.approx(10 / 40)
    assert insults.false_alarms.value == pytest.approx(6 / 60)
    assert (spam.positives, spam.missed, spam.false_alarms.value) == (0, None, 0.0)


def test_to_find_another_rule_broken_is_a_failure_of_both():
    insults, spam = rules(cases([{"rules": ["no-insults"]}] * 30), [SPAM] * 30, POLICY)
    assert insults.missed.value == 1.0
    assert spam.false_alarms.value == 1.0


def test_a_text_may_break_several_rules():
    insults, spam = rules(cases([{"rules": ["no-insults", "no-spam"]}] * 30), [INSULTS | SPAM] * 30, POLICY)
    assert insults.missed.value == spam.missed.value == 0.0


def test_one_rule_needs_no_list():
    insults, _ = rules(cases([{"rules": "no-insults"}] * 30), [INSULTS] * 30, POLICY)
    assert insults.positives == 30


def test_rows_that_say_nothing_of_rules_are_left_out():
    insults, _ = rules(cases([{"rules": []}] * 30 + [{}] * 30), [INSULTS] * 60, POLICY)
    assert insults.rows == 30


def test_rules_that_are_not_live_cannot_be_asked_for():
    with pytest.raises(InputError, match="no-caps, no-such-rule"):
        rules(cases([{"rules": ["no-such-rule", "no-caps"]}]), [NOTHING], POLICY)


ASKED = {"insult": ["insult"], "spam": ["spam"], "rude": ["insult", "profanity"]}


def _annotated(**said):
    return cases([said] * 30, *ASKED)


@pytest.mark.parametrize(
    ("said", "positives", "rows"),
    [
        ({"insult": 1, "rude": 1}, 30, 30),
        ({"insult": 0, "rude": 0}, 0, 30),
        ({"insult": 0, "rude": 1}, None, None),  # rude, but perhaps only swearing
        ({"insult": 0}, None, None),  # nobody said whether it is rude
    ],
)
def test_annotations_tell_which_rule_is_broken_where_rows_do_not(said, positives, rows):
    found = {one.rule: one for one in rules(_annotated(**said), [NOTHING] * 30, POLICY, ASKED)}
    told = found.get("no-insults")
    assert (told and told.positives, told and told.rows) == (positives, rows)
