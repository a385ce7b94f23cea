"""Models of n-grams as one detector: each item goes to the model of its language."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.content import Item, Part, Span
from comity.detect import Abstained, Signals, Tier
from comity.detect.ngrams import packaged
from comity.detect.registry import build
from comity.moderator import Moderator
from comity.moderator.assemble import calibration_of

GERMAN = ("Halt die Fresse, du Arschloch.", "Danke, meine Tomaten sehen jetzt großartig aus.")
KOREAN = ("야 이 병신아 꺼져라 진짜", "오늘 토마토가 정말 잘 익었어요, 와서 같이 먹어요")


@pytest.fixture(scope="module")
def ngrams():
    return packaged()


def ask(ngrams, item):
    (outcome,) = ngrams.detect([item])
    return outcome


def score(outcome, criterion="toxicity"):
    return next(signal.score for signal in outcome.signals if signal.criterion == criterion)


def test_is_registered_under_its_name(ngrams):
    detector = build("ngrams.v1")
    assert (detector.name, detector.tier) == ("ngrams.v1", Tier.MODEL)
    assert {"de", "ko", "pt", "zh", "ur-Latn"} <= detector.languages
    assert detector.artefact_digest == ngrams.artefact_digest


def test_building_it_reads_no_weights():
    code = "import numpy, comity.detect.ngrams as n\nnumpy.load = None\nn.packaged()"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestRouting:
    @pytest.mark.parametrize(("rude", "kind"), [GERMAN, KOREAN], ids=["German", "Korean"])
    def test_a_violation_scores_above_small_talk(self, ngrams, rude, kind):
        worse, better = (score(ask(ngrams, Item.text(text))) for text in (rude, kind))
        assert worse > 0.5 > better

    def test_each_language_is_judged_in_the_criteria_of_its_model(self, ngrams):
        german, turkish = ngrams.detect([Item.text("Hallo", lang="de"), Item.text("Merhaba", lang="tr-TR")])
        assert german.judged == {"toxicity", "insult", "profanity", "hate"}
        assert turkish.judged == {"toxicity"}
        assert {signal.criterion for signal in german.signals} == german.judged

    def test_outcomes_come_in_the_order_of_the_items(self, ngrams):
        texts = [GERMAN[1], KOREAN[0], "This is plainly an English sentence.", GERMAN[0], KOREAN[1]]
        items = [Item.text(text) for text in texts]
        assert ngrams.detect(items) == [ask(ngrams, item) for item in items]

    def test_no_items_give_no_outcomes(self, ngrams):
        assert ngrams.detect([]) == []

    def test_the_evidence_is_the_words_that_weigh(self, ngrams):
        text = "Der Zug nach Hamburg war pünktlich, aber der Schaffner ist ein Arschloch."
        signals = ask(ngrams, Item.text(text, lang="de")).signals
        (evidence,) = next(signal.evidence for signal in signals if signal.criterion == "profanity")
        assert "Arschloch" in text[evidence.start : evidence.end]
        assert "Hamburg" not in text[evidence.start : evidence.end]

    def test_evidence_points_into_the_original_of_a_disguised_text(self, ngrams):
        text = "Du bist ein &lt;b&gt; " + "\u200b".join("Arschloch")
        signals = ask(ngrams, Item.text(text, lang="de")).signals
        (evidence,) = next(signal.evidence for signal in signals if signal.criterion == "profanity")
        assert evidence.end == len(text)


class TestAbstaining:
    @pytest.mark.parametrize(
        ("item", "reason"),
        [
            (Item.text("Moi", lang="fi"), "the language is fi; there are models for da, de"),
            (Item.text("hello", lang="en"), "the language is en"),
            (Item.text("یہ اردو ہے", lang="ur"), "the language is ur"),
            (Item.text("Bonjour, il fait très beau ce matin à Lyon."), "the language is fr"),
            (Item.text("lol ok"), "the language is unclear"),
            (Item.text("🍅", lang="de"), "no letters"),
            (Item("i", (Part("p", "image", b"png"),)), "no text"),
            (Item("i", (Part("p", "image", b"png"),), lang="de"), "no text"),
        ],
        ids=["Finnish", "English", "Urdu", "French", "unclear", "symbols", "image", "German image"],
    )
    def test_the_reason_says_why(self, ngrams, item, reason):
        outcome = ask(ngrams, item)
        assert isinstance(outcome, Abstained)
        assert reason in outcome.reason

    def test_urdu_in_latin_letters_is_judged_if_it_is_named(self, ngrams):
        assert isinstance(ask(ngrams, Item.text("tum bewakoof ho", lang="ur-Latn")), Signals)


@given(
    st.text(st.characters() | st.sampled_from("\ud800\udfff\x00\u200b&;a 你")),
    st.sampled_from(["de", "ko", "zh", "vi", "ur-Latn", None]),
)
@settings(max_examples=40, deadline=None)
def test_no_text_makes_it_crash_or_point_outside(ngrams, text, lang):
    outcome = ask(ngrams, Item.text(text, lang=lang))
    if isinstance(outcome, Signals):
        for found in outcome.signals:
            (evidence,) = found.evidence
            assert isinstance(evidence, Span)
            assert 0 <= evidence.start <= evidence.end <= len(text)
            assert 0 <= found.score <= 1


class TestInAPlan:
    def test_english_keeps_its_operating_points(self, ngrams):
        encoder = build("encoder.v2")
        assert calibration_of([encoder, ngrams]) == calibration_of([encoder])

    def test_an_item_is_judged_by_the_model_of_its_language_only(self):
        with Moderator("community") as moderator:
            german, english = moderator.moderate_many([GERMAN[0], "You are a useless idiot, shut up."])
        assert isinstance(german.outcomes["ngrams.v1"], Signals)
        assert isinstance(german.outcomes["encoder.v2"], Abstained)
        assert {violation.rule for violation in german.violations} >= {"no-insults"}
        assert isinstance(english.outcomes["encoder.v2"], Signals)
        assert isinstance(english.outcomes["ngrams.v1"], Abstained)
