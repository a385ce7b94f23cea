"""A community's heads as a detector, and what decisions make of it."""

from __future__ import annotations

import pytest

from comity.content import Item
from comity.detect import Abstained, Tier
from comity.detect.heads import heads_at
from comity.errors import ArtefactError
from comity.models import find
from comity.moderator import Moderator
from comity.moderator.assemble import registered
from comity.policy import read
from comity.taxonomy import Severity
from tests.models.heads_made import CALM, RUDE, make_heads

POLICY = """
policy: allotment
version: 1
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.5}
    action: remove
  - id: on-topic
    text: Talk about gardens.
    action: review
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads") / "ours"
    make_heads(folder)
    return folder


@pytest.fixture(scope="module")
def heads(folder):
    return heads_at(folder)


def test_is_a_model_with_a_name_and_a_digest(heads):
    assert (heads.name, heads.tier, heads.criteria) == ("heads.v1", Tier.MODEL, {"insult"})
    assert len(heads.artefact_digest) == 64


def test_its_signals_carry_score_severity_and_evidence(heads):
    rude, calm = (outcome.signals[0] for outcome in heads.detect([Item.text(RUDE[0]), Item.text(CALM[0])]))
    assert rude.score > 0.5 > calm.score
    assert calm.severity is Severity.NONE
    assert rude.severity in (Severity.MINOR, Severity.MODERATE)
    assert RUDE[0][rude.evidence[0].start : rude.evidence[0].end] == RUDE[0]


def test_abstains_where_the_encoder_does(heads):
    (outcome,) = heads.detect([Item.text("Die Tomaten sind reif.", lang="de")])
    assert isinstance(outcome, Abstained)


def test_it_decides_its_categories_in_place_of_the_packaged_encoder(heads):
    moderator = Moderator(read(POLICY), detectors=[*registered(), heads])
    decision = moderator.moderate(RUDE[0], want={"toxicity"})
    before = Moderator(read(POLICY)).moderate(RUDE[0], want={"toxicity"})
    (alone,) = heads.detect([Item.text(RUDE[0])])
    assert decision.scores["insult"] == pytest.approx(alone.signals[0].score, abs=1e-6)
    assert decision.scores["toxicity"] == before.scores["toxicity"]
    assert decision.violations[0].severity >= Severity.MINOR


def test_in_other_languages_the_packaged_models_go_on_deciding(heads):
    moderator = Moderator(read(POLICY), detectors=[*registered(), heads])
    decision = moderator.moderate(Item.text("Halt die Fresse, du Arschloch.", lang="de"))
    assert (
        decision.scores["insult"]
        == Moderator(read(POLICY))
        .moderate(Item.text("Halt die Fresse, du Arschloch.", lang="de"))
        .scores["insult"]
    )


def test_heads_of_a_rule_enforce_it(tmp_path):
    make_heads(tmp_path / "rule", "rule:on-topic")
    moderator = Moderator(read(POLICY), detectors=[*registered(), heads_at(tmp_path / "rule")])
    assert [violation.rule for violation in moderator.moderate(RUDE[1]).violations] == [
        "no-insults",
        "on-topic",
    ]
    assert moderator.moderate(CALM[1]).action == "allow"


def test_plans_with_other_heads_have_another_digest(heads, tmp_path):
    make_heads(tmp_path / "more", graded=False)
    plans = [
        Moderator(read(POLICY), detectors=[*registered(), *more]).plan.digest
        for more in ((), (heads,), (heads_at(tmp_path / "more"),))
    ]
    assert len(set(plans)) == 3


def test_a_folder_without_heads_is_refused(tmp_path):
    with pytest.raises(ArtefactError):
        heads_at(tmp_path)
    with pytest.raises(ArtefactError, match="no community's heads"):
        heads_at(find("de-ngrams").folder)
