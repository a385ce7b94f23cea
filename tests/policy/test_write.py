"""What is written of a policy reads as that policy."""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.policy import Library, load, read
from comity.policy.write import write

OWN = Path(__file__).parent / "library"
LIBRARY = Library(OWN)


@pytest.mark.parametrize("name", ["community", "llm-app", "house"])
def test_a_policy_is_the_same_after_it_was_written(name):
    policy = load(name, library=LIBRARY)
    # What it extends is folded in, so that it extends nothing any more.
    assert read(write(policy)) == replace(policy, extends=None)


def test_nothing_that_a_rule_can_say_is_lost():
    policy = read(
        """
policy: full
version: 7
description: Everything at once.
on_failure: block
on_unjudged: review
counters: {links_1h: {by: link, window: 1h, of: removals}, aims: {by: author, window: 2d, of: targets}}
ladder:
  strikes: {minor: 0, moderate: 3}
  expire: 30d
  first: none
  steps: [{at: 2, action: warn}, {at: 3, action: mute, for: 1d}, {at: 9, action: ban}]
reasons:
  - id: rude
    text: It is rude
    reasons: [{id: insult, text: "Insults: me", rules: [a], dsa: STATEMENT_CATEGORY_CYBER_VIOLENCE}]
rules:
  - id: a
    text: "Criticise: the idea # not the person"
    exceptions: [Banter]
    notice: You insulted somebody.
    categories: {insult: {precision: 0.9}, toxicity: strict, hate: 0.5}
    terms: ["yes", "1"]
    patterns: ['\\d{3}\\b']
    domains: [example.com]
    when: author.age_days < 7.0 && counters.links_1h > 2
    severity: severe
    action: [remove, mute]
    review: 0.25
    state: shadow
    locked: true
    without_judge: act
    strikes: 0
    expect: {hits: [0.0, 0.02], of: 100, window: 2h}
    examples:
      - {text: "null", violates: true, note: odd, role: message, facts: {author: {age_days: 2}}, thread: [a, b]}
"""
    )
    assert read(write(policy)) == policy
