"""Several detectors on one criterion give one probability."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Item
from comity.decide import NO_FACTS, Calibration, Combiner, compile, settle
from comity.detect import Signal, Signals
from comity.policy import Policy, Rule
from tests.fakes import WordDetector

FITTED = Combiner(base="encoder.v2", base_weight=0.9, bias=-0.2, weights={"lexicon.v1": 0.5})
PROBABILITIES = st.floats(0, 1)


@given(PROBABILITIES, PROBABILITIES)
def test_a_combination_is_a_probability_and_no_suspicion_lowers_it(encoder, lexicon):
    alone = FITTED.combine({"encoder.v2": encoder})
    both = FITTED.combine({"encoder.v2": encoder, "lexicon.v1": lexicon})
    assert 0 <= alone <= both <= 1


def test_without_its_base_detector_a_combination_is_the_maximum():
    assert FITTED.combine({"lexicon.v1": 0.4}) == pytest.approx(0.4)


def test_a_fitted_criterion_waits_for_all_its_detectors_and_then_uses_the_fitted_rule():
    detectors = [WordDetector("insult", {}, name="lexicon.v1"), WordDetector("insult", {}, name="encoder.v2")]
    rule = Rule("no-insults", "x", categories={"insult": 0.9}, actions=("remove",))
    plan = compile(Policy("p", 1, (rule,)), detectors, Calibration({"insult": FITTED}))

    def said(name: str, score: float) -> Signals:
        return Signals((Signal("insult", score, name),), frozenset({"insult"}))

    item = Item.text("x")
    first = settle(plan, item, NO_FACTS, {"lexicon.v1": said("lexicon.v1", 0.99)})
    assert first.detectors == ("encoder.v2",)
    outcomes = {"lexicon.v1": said("lexicon.v1", 0.99), "encoder.v2": said("encoder.v2", 0.1)}
    decision = settle(plan, item, NO_FACTS, outcomes)
    assert decision.action == "allow"
    assert decision.scores["insult"] == pytest.approx(FITTED.combine({"lexicon.v1": 0.99, "encoder.v2": 0.1}))
