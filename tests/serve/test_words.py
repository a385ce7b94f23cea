"""Decisions in words: an `allow` never hides that something was not judged."""

from __future__ import annotations

import pytest

from comity import Moderator
from comity.policy import read
from comity.serve.page.words import account_note, is_adverse, percent, verdict
from tests.fakes import SilentDetector
from tests.serve.cast import DOUBTFUL, FRIENDLY, GARDEN, INSULT, detectors

FLOODING = """
counters:
  posts_10m: {by: author, window: 10m}
rules:
  - {id: no-flooding, text: Do not flood., when: counters.posts_10m > 15, action: limit}
  - {id: no-fights, text: Do not fight., categories: {harassment: 0.5, insult: 0.7}, action: [remove, warn]}
"""


def decide(text, policy=GARDEN, using=None):
    moderator = Moderator(read(policy), detectors=detectors() if using is None else using)
    return moderator.moderate(text), moderator.plan


@pytest.mark.parametrize(
    ("text", "word", "adverse"),
    [
        (FRIENDLY, "Allow", False),
        (DOUBTFUL, "Review", True),
        (INSULT, "Remove", True),
        ("FREE seeds", "Label", False),
    ],
)
def test_each_action_has_a_word(text, word, adverse):
    decision, plan = decide(text)
    assert verdict(decision, plan).word == word
    assert is_adverse(decision) is adverse


def test_an_action_on_the_account_is_told_too():
    decision, _ = decide(INSULT, "policy: p\nversion: 1" + FLOODING)
    assert account_note(decision) == "The author should be warned."


def test_a_rule_that_only_lacks_facts_is_a_footnote():
    decision, plan = decide(FRIENDLY, "policy: p\nversion: 1" + FLOODING)
    found = verdict(decision, plan)
    assert found.tone == "good"
    assert "1 rule needs facts" in found.meaning


def test_a_rule_that_no_detector_could_judge_is_a_warning():
    decision, plan = decide(FRIENDLY, using=[SilentDetector("insult", {}), detectors()[1]])
    found = verdict(decision, plan)
    assert (found.word, found.tone) == ("Allow", "caution")
    assert "1 of the 2 rules" in found.meaning


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "0 %"), (0.004, "< 1 %"), (0.934, "93 %"), (0.996, "> 99 %"), (1.0, "100 %")],
)
def test_what_is_uncertain_is_never_shown_as_certain(probability, words):
    assert percent(probability) == words
