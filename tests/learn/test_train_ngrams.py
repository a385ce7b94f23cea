"""From a recipe to a model of n-grams, end to end on a few hundred sentences."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.learn.ngrams import Heads, fit, matrix
from comity.learn.train import train
from comity.models import NgramModel, find
from comity.models.card import Ngrams
from comity.models.ngram_model import Weights
from tests.learn.conftest import NGRAMS

SHAPE = Ngrams(words=2, letters=(2, 4), buckets=4096)
RUDE = [f"du {adverb} {noun}" for adverb in ("alter", "dummer", "blöder") for noun in ("esel", "hornochse")]
CALM = [f"die {plant} sind {state}" for plant in ("bohnen", "rosen", "äpfel") for state in ("reif", "klein")]
NUMBERS = 20


def rows(*splits, size=NUMBERS):
    return [
        (f"{text} {split} {number}", split, {"insult": int(text in RUDE)})
        for split in splits
        for number in range(size)
        for text in RUDE + CALM
    ]


@pytest.fixture
def trained(workshop, caplog):
    def run(**changes):
        caplog.set_level(logging.INFO)
        recipe = workshop.write(training=NGRAMS, languages=["de"], criteria=["insult"], **changes)
        return train(recipe, workshop.folder, workshop.folder / "out")

    return run


def test_a_recipe_becomes_an_artefact_that_has_learned(workshop, trained):
    workshop.add("a", rows("train", "validation", "test"), lang="de", read={"insult": "insult"})
    artefact = trained()
    artefact.verify()
    (result,) = artefact.card.results
    assert (result.source, result.roc_auc.value, result.decided.macro_f1.value) == ("a", 1, 1)
    scores = NgramModel(artefact).judge(["du dummer esel", "die rosen sind reif"]).scores[:, 0]
    assert scores[0] > 0.9 > 0.1 > scores[1]


def test_the_same_recipe_makes_the_same_files(workshop, trained):
    workshop.add("a", rows("train", "validation"), lang="de", read={"insult": "insult"})
    first = {path.name: path.read_bytes() for path in trained().folder.iterdir()}
    assert {path.name: path.read_bytes() for path in trained().folder.iterdir()} == first


def test_without_validation_rows_training_rows_calibrate_unseen(workshop, trained):
    """Labels at random: a model that had seen the rows would be sure of them, and calibrated on them wrongly sure."""
    random = np.random.default_rng(3)
    words = [f"wort{number}" for number in range(300)]
    noise = [
        (" ".join(random.choice(words, 6)), "train", {"insult": int(random.random() < 0.4)})
        for _ in range(300)
    ]
    sense = [
        (f"{text} {n}", "train", {"insult": int(text in RUDE)}) for n in range(3) for text in RUDE + CALM
    ]
    workshop.add("a", noise + sense, lang="de", read={"insult": "insult"})
    artefact = trained()
    judged = NgramModel(artefact).judge([text for text, _, _ in noise]).scores
    assert judged.max() < 0.9
    assert artefact.card.data[0].validation == 0
    assert artefact.card.labels["insult"].positives > 20


def test_positives_calibrate_at_the_prevalence_of_the_recipe(workshop, trained):
    workshop.add("a", rows("train", "validation"), lang="de", read={"insult": "insult"})
    label = trained().card.labels["insult"]
    assert label.prevalence == pytest.approx(0.4, abs=0.01)
    assert label.positives + label.negatives > 40


def test_a_source_that_is_only_evaluated_on_teaches_nothing(workshop, trained):
    workshop.add("a", rows("train", "validation", "test"), lang="de", read={"insult": "insult"})
    upside_down = [
        (f"{text}!", split, {"insult": 1 - label["insult"]}) for text, split, label in rows("test")
    ]
    workshop.add("b", upside_down, lang="de", read={"insult": "insult"}, use="evaluate")
    found = {result.source: result for result in trained().card.results}
    assert (found["b"].roc_auc.value, found["b"].seen) == (0, False)


def test_the_page_says_how_it_was_made(workshop, trained):
    workshop.add("a", rows("train", "validation", "test"), lang="de", read={"insult": "insult"})
    page = (trained().folder / "card.md").read_text()
    assert "windows of 32 words" in page
    assert "## Decisions on the same rows" in page
    assert "packaged word list" in page


class TestFitting:
    def test_nobody_says_anything_of_a_masked_row(self):
        texts = [*RUDE, *CALM, "esel", "reif"]
        known = np.array([[1]] * 6 + [[0]] * 6 + [[np.nan]] * 2, np.float32)
        masked = fit(matrix(texts, SHAPE), known, 1.0, 0)
        without = fit(matrix(texts[:-2], SHAPE), known[:-2], 1.0, 0)
        assert masked.weights == pytest.approx(without.weights)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=4))
@settings(deadline=None)
def test_training_and_running_see_the_same_features(texts):
    trained = HEADS.logits(matrix(texts, PACKAGED.artefact.card.ngrams))
    assert PACKAGED.logits(texts)[0] == pytest.approx(trained, abs=1e-4)


def heads_of(model):
    weights = Weights.read(model.artefact.weights)
    return Heads(weights.weights * weights.scale.astype(float), weights.bias.astype(float))


PACKAGED = NgramModel(find("pt-ngrams"))
HEADS = heads_of(PACKAGED)
