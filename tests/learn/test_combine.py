"""A word list and a model become one probability where that predicts better than the louder of the two."""

from __future__ import annotations

import numpy as np
import pytest

from comity.decide import Combiner
from comity.learn.combine import combine
from tests.fakes import WordDetector

RANDOM = np.random.default_rng(4)
N = 2_000
LISTED = RANDOM.random(N) < 0.3
TEXTS = [f"you walnut {n}" if hit else f"hello {n}" for n, hit in enumerate(LISTED)]
MODEL = RANDOM.uniform(0.02, 0.6, N)


def annotated(probability):
    return (RANDOM.random(N) < probability).astype(np.float32)[:, None]


def fitted(truth, list_score=0.9):
    other = WordDetector("insult", {"walnut": list_score}, name="lexicon.v1")
    return combine(["insult"], MODEL.astype(np.float32)[:, None], truth, TEXTS, other)


def test_a_list_that_cries_wolf_is_weighed_down():
    truth = annotated(np.where(LISTED, np.minimum(1, MODEL * 1.3), MODEL))
    found = fitted(truth)["insult"]
    combiner = Combiner("encoder.v2", found.weight, found.bias, found.others)
    both = combiner.combine({"encoder.v2": 0.3, "lexicon.v1": 0.9})
    assert 0.25 < both < 0.6, "not the list's 0.9"
    assert combiner.combine({"encoder.v2": 0.3}) == pytest.approx(0.3, abs=0.06)


def test_a_list_that_hits_too_few_rows_gets_no_combination():
    truth = annotated(MODEL)
    truth[LISTED] = np.nan
    assert fitted(truth) == {}


def test_a_list_that_is_right_less_often_than_chance_gets_no_combination():
    truth = annotated(np.where(LISTED, MODEL * 0.05, MODEL))
    assert fitted(truth) == {}
