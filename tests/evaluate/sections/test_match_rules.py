import pytest

from comity.evaluate.sections.match_rules import match_rules
from comity.policy import read

POLICY = read("""
policy: allotment
version: 1
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.8}
    action: remove
    examples:
      - {text: "You absolute walnut, learn to prune.", violates: true}
  - id: no-hate
    text: Do not attack people for their origin.
    categories: {hate: 0.6}
    action: remove
    examples:
      - {text: "Foreigners have no place in our gardens.", violates: true}
  - id: no-sales
    text: Do not offer goods for sale.
    categories: {spam: 0.9}
    action: remove
    examples:
      - {text: "Cheap garden sheds, order today with a discount!", violates: true}
""")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("What an absolute walnut you are.", "no-insults"),
        ("These foreigners should leave.", "no-hate"),
        ("Cheap seeds, order them with a discount code", "no-sales"),
    ],
)
def test_the_rule_with_the_most_similar_example_comes_first(text, rule):
    (candidates,) = match_rules(POLICY, [text], [{}])
    assert (candidates[0].rule, candidates[0].by) == (rule, "similarity")
    assert [one.similarity for one in candidates] == sorted(
        (one.similarity for one in candidates), reverse=True
    )


def test_an_example_of_the_policy_is_found_again():
    (candidates,) = match_rules(POLICY, ["  you ABSOLUTE walnut, learn to prune. "], [{}])
    assert candidates[0].similarity == pytest.approx(1.0)


def test_labels_come_before_similarity():
    (candidates,) = match_rules(POLICY, ["Cheap sheds, order today"], [{"insult": 1.0, "spam": 0.2}])
    assert [(one.rule, one.by) for one in candidates] == [("no-insults", "categories")]


def test_of_several_rules_with_a_labelled_category_the_most_similar_comes_first():
    labels = {"insult": 0.8, "hate": 0.6}
    (candidates,) = match_rules(POLICY, ["Foreigners have no place here"], [labels])
    assert [one.rule for one in candidates] == ["no-hate", "no-insults"]


def test_a_rule_on_a_category_covers_its_kinds():
    (candidates,) = match_rules(POLICY, ["Out!"], [{"hate/threatening": 1.0}])
    assert [one.rule for one in candidates] == ["no-hate"]


def test_labels_that_no_rule_watches_leave_it_to_similarity():
    (candidates,) = match_rules(POLICY, ["absolute walnut"], [{"privacy": 1.0}])
    assert (candidates[0].rule, candidates[0].by) == ("no-insults", "similarity")


def test_a_text_like_nothing_has_no_candidates():
    assert match_rules(POLICY, ["Ω≈ç√"], [{}]) == [()]


def test_each_text_has_at_most_as_many_candidates_as_asked_for():
    found = match_rules(POLICY, ["the person in our gardens today"] * 2, [{}, {}], most=2)
    assert [len(candidates) for candidates in found] == [2, 2]
