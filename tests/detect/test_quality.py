"""Every signal of a packaged model carries how good the model is, as its card states it."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest

from comity.content import Item
from comity.detect import Signals
from comity.detect.heads import heads_at
from comity.detect.registry import build
from comity.models import available
from comity.moderator import Moderator
from comity.moderator.record import decision_out, measured_quality
from tests.fakes import WordDetector
from tests.models.heads_made import make_heads

CARDS = {artefact.card.name: artefact.card for artefact in available()}
DETECTORS = {"english-v2": "encoder.v2", "english-v2-targets": "targets.v1", "tiny-v1": "tiny.v1"}


def stated(card, criterion):
    """The median of what the card says of the criterion: out of domain if it can, else in domain."""
    for seen in (False, True):
        if found := [one for one in card.results if one.label == criterion and one.seen is seen]:
            return median(one.roc_auc.value for one in found)
    return None


@pytest.fixture(scope="module")
def detectors():
    return {name: build(name) for name in ("encoder.v2", "targets.v1", "tiny.v1", "ngrams.v1")}


@pytest.mark.parametrize("name", CARDS)
def test_a_signal_carries_the_figure_of_the_card(detectors, name):
    card = CARDS[name]
    detector = detectors[DETECTORS.get(name, "ngrams.v1")]
    (outcome,) = detector.detect([Item.text("Hello, idiot.", lang=card.languages[0], role="response")])
    assert isinstance(outcome, Signals)
    carried = {signal.criterion: signal.quality for signal in outcome.signals}
    assert carried == {name: pytest.approx(stated(card, name)) for name in card.labels}
    assert any(carried.values())


def test_heads_carry_their_own_figures_and_nothing_of_the_encoders(tmp_path):
    make_heads(tmp_path / "ours")
    (outcome,) = heads_at(tmp_path / "ours").detect([Item.text("You idiot.", lang="en")])
    assert [signal.quality for signal in outcome.signals] == [None], "these were never measured"


@pytest.mark.parametrize(
    ("text", "lang", "card"),
    [
        ("You useless idiot, shut up.", "en", "english-v2"),
        ("Halt die Fresse, du Arschloch.", "de", "de-ngrams"),
    ],
)
def test_a_decision_tells_it_for_the_language_of_the_text(text, lang, card):
    with Moderator("community") as moderator:
        told = decision_out(moderator.moderate(Item.text(text, lang=lang)))
    assert told.quality["insult"] == pytest.approx(stated(CARDS[card], "insult"))
    assert told.quality.keys() < told.scores.keys(), "word lists and patterns have none"


def test_a_near_duplicate_and_a_replay_tell_what_the_first_decision_told():
    with Moderator("community") as moderator:
        first = moderator.moderate("You useless idiot, shut up.")
        copied = {
            name: replace(outcome, propagated_from=first.item_id) if isinstance(outcome, Signals) else outcome
            for name, outcome in first.outcomes.items()
        }
        again = moderator.moderate("You useless idiot, shut up!", known=copied)
    assert measured_quality(again) == measured_quality(first) != {}


def test_of_several_models_the_lowest_is_told():
    class Graded(WordDetector):
        def detect(self, items):
            (outcome,) = super().detect(items)
            return [Signals(tuple(replace(one, quality=float(self.name)) for one in outcome.signals))]

    detectors = [
        Graded("insult", {"walnut": score}, name=name) for score, name in ((0.9, "0.8"), (0.2, "0.7"))
    ]
    decision = Moderator("community", detectors=detectors).moderate("You walnut.", want={"insult"})
    assert measured_quality(decision) == {"insult": 0.7}


def test_a_language_without_a_model_has_no_quality():
    with Moderator("community") as moderator:
        told = decision_out(moderator.moderate(Item.text("Olet typerä.", lang="fi")))
    assert told.quality == {}
