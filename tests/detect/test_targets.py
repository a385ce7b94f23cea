"""Whom hate is aimed at: what the packaged heads say, and when they are asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from comity import Item, Moderator
from comity.detect import Abstained, Tier
from comity.detect.registry import build
from comity.errors import ArtefactError
from comity.models import find
from comity.models.embedding import EncoderEmbedding
from comity.models.heads_model import HeadsModel
from comity.policy import read
from comity.taxonomy import CATEGORIES

KINDS = {f"hate/{kind}" for kind in ("race", "origin", "religion", "gender", "orientation", "disability")}

POLICY = """
policy: interfaith
version: 1
rules:
  - id: no-hate-at-faiths
    text: Argue about beliefs, do not attack the people who hold them.
    categories: {hate/religion: 0.5}
    action: review
"""


@pytest.fixture(scope="module")
def targets():
    return build("targets.v1")


@pytest.fixture(scope="module")
def moderator():
    return Moderator(read(POLICY))


def scores(detector, text):
    (outcome,) = detector.detect([Item.text(text)])
    return {signal.criterion: signal.score for signal in outcome.signals}


def test_it_judges_kinds_of_hate_of_the_taxonomy(targets):
    assert (targets.name, targets.tier, targets.criteria) == ("targets.v1", Tier.MODEL, KINDS)
    assert {*CATEGORIES} >= KINDS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I hate Muslims, they are all filth.", "hate/religion"),
        ("I hate all Jews, they are vermin.", "hate/religion"),
        ("Women are inferior and too stupid to vote.", "hate/gender"),
        ("Gay people are disgusting and sick.", "hate/orientation"),
        ("I hate black people, they are all animals.", "hate/race"),
        ("Immigrants are parasites, send them all back to where they came from.", "hate/origin"),
        ("Disabled people are a worthless burden, get rid of them.", "hate/disability"),
    ],
)
def test_hate_scores_highest_in_its_target(targets, text, kind):
    found = scores(targets, text)
    assert max(found, key=found.__getitem__) == kind
    assert found[kind] >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Muslims deserve the same rights as everybody else.",
        "My Muslim neighbour brought us soup during Ramadan.",
        "The synagogue opens its garden to all Jewish families on Sunday.",
        "Women from the club won the relay.",
        "My brother is gay and his husband bakes the best bread.",
        "The museum tells the history of Black people in this town.",
        "Many immigrants work in this hospital.",
        "The ramp lets disabled people reach the platform.",
        "You are an idiot, learn to park.",
    ],
)
def test_a_harmless_mention_or_an_insult_stays_low_in_all(targets, text):
    assert max(scores(targets, text).values()) < 0.5


def test_it_abstains_in_other_languages(targets):
    (outcome,) = targets.detect([Item.text("Die Tomaten sind reif.", lang="de")])
    assert isinstance(outcome, Abstained)


def test_a_rule_on_a_kind_of_hate_asks_for_it(moderator):
    decision = moderator.moderate("I hate all Jews, they are vermin.")
    assert [violation.criterion for violation in decision.violations] == ["hate/religion"]
    assert decision.action == "review"
    assert moderator.moderate("The synagogue opens its garden to everyone on Sunday.").action == "allow"


def test_no_other_rule_asks_for_it():
    decision = Moderator("community").moderate("I hate all Jews, they are vermin.")
    assert "encoder.v2" in decision.outcomes
    assert "targets.v1" not in decision.outcomes


def test_it_is_refused_with_another_encoder_than_its_own():
    encoder = find("english-v2")
    other = replace(encoder, card=encoder.card.model_copy(update={"window_tokens": 64}))
    with pytest.raises(ArtefactError, match="another version"):
        HeadsModel(find("english-v2-targets"), EncoderEmbedding(other))
