import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import CalibrationError, InputError
from comity.evaluate.metrics import ece
from comity.evaluate.recalibrate import recalibrated
from comity.evaluate.site_calibration import (
    estimated_prevalence,
    from_annotations,
    from_prevalence,
    held_out,
    prior_shift,
    site_curve,
)
from comity.models.card import Calibration, Label, OperatingPoint

RANDOM = np.random.default_rng(5)
SHARES = st.floats(0.001, 0.999)


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def drawn(prevalence, n, fitted=0.5):
    """Truth, and the exact probability where the share `fitted` violates: two bells, three apart."""
    truth = (RANDOM.random(n) < prevalence).astype(float)
    evidence = RANDOM.normal(np.where(truth == 1, 1.5, -1.5), 1)
    return truth, sigmoid(3 * evidence + np.log(fitted / (1 - fitted)))


CARD = Label(
    calibration=Calibration(slope=1, intercept=0),
    positives=500,
    negatives=500,
    points=tuple(
        OperatingPoint(threshold=at, true_positives=right, false_positives=wrong)
        for at, right, wrong in ((0.2, 450, 150), (0.8, 250, 10))
    ),
)


class TestPrevalence:
    def test_odds_change_by_the_ratio_of_the_odds_of_the_prevalences(self):
        # Even odds where one in two violates are odds of 1 : 9 where one in ten does.
        assert recalibrated([0.5], prior_shift(0.5, 0.1)) == pytest.approx([0.1])
        # And odds of 9 : 1 there are even.
        assert recalibrated([0.9], prior_shift(0.5, 0.1)) == pytest.approx([0.5])

    @given(SHARES, st.floats(0.001, 0.999))
    def test_the_same_prevalence_changes_nothing(self, share, score):
        assert recalibrated([score], prior_shift(share, share)) == pytest.approx([score])

    @given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.001, 0.999))
    def test_there_and_back_is_where_one_was(self, fitted, site, score):
        there = recalibrated([score], prior_shift(fitted, site))
        assert recalibrated(there, prior_shift(site, fitted)) == pytest.approx([score], rel=1e-3)

    def test_a_shift_of_prevalence_is_undone(self):
        truth, scores = drawn(0.03, 20_000)
        after = recalibrated(scores, prior_shift(0.5, 0.03))
        assert ece(truth, after) < 0.01 < 0.04 < ece(truth, scores)

    @pytest.mark.parametrize("share", [0, 1, -0.1, 3, float("nan")])
    def test_a_share_that_is_none_is_refused(self, share):
        with pytest.raises(InputError, match="between 0 and 1"):
            prior_shift(0.5, share)

    def test_the_cards_points_move_with_the_scores(self):
        label = from_prevalence(CARD, 0.1)
        assert [point.threshold for point in label.points] == pytest.approx([0.027027, 0.307692])
        # 90 % of one in ten, and 30 % of nine in ten.
        assert label.precision(label.points[0]) == pytest.approx(0.09 / (0.09 + 0.27))


class TestUnlabelledTexts:
    @pytest.mark.parametrize("prevalence", [0.02, 0.3, 0.8])
    def test_their_scores_tell_how_many_violate(self, prevalence):
        truth, scores = drawn(prevalence, 20_000)
        assert estimated_prevalence(scores, 0.5) == pytest.approx(truth.mean(), abs=0.01)

    def test_texts_that_seem_harmless_say_too_little(self):
        with pytest.raises(CalibrationError, match="fewer than 5 of 100"):
            estimated_prevalence(np.full(100, 1e-5), 0.5)

    def test_a_few_texts_are_too_few(self):
        with pytest.raises(CalibrationError, match="29 texts"):
            estimated_prevalence([*[0.5] * 29, np.nan], 0.5)


class TestAnnotations:
    def test_many_rows_have_their_way(self):
        truth, scores = drawn(0.3, 20_000)
        bent = recalibrated(scores, Calibration(slope=0.8, intercept=2))
        curve = site_curve(truth, bent)
        assert curve.slope == pytest.approx(1.25, rel=0.05)
        assert ece(truth, recalibrated(bent, curve)) < 0.01

    def test_thirty_rows_move_the_shift_and_leave_the_slope(self):
        truth, scores = drawn(0.1, 30)
        curve = site_curve(truth, scores)
        assert curve.slope == pytest.approx(1, abs=0.2)
        assert -4.5 < curve.intercept < -0.5

    def test_rows_of_one_class_give_a_finite_curve(self):
        curve = site_curve(np.zeros(40), np.full(40, 0.2))
        assert -5 < curve.intercept < -1

    def test_confident_and_wrong_scores_give_a_finite_curve(self):
        curve = site_curve(np.tile([1.0, 0.0], 500), np.full(1000, 1e-9))
        assert recalibrated([1e-9], curve) == pytest.approx([0.5], abs=0.01)

    def test_masked_rows_change_nothing(self):
        truth, scores = drawn(0.3, 200)
        masked = np.append(truth, [np.nan, 1]), np.append(scores, [0.5, np.nan])
        assert site_curve(*masked) == site_curve(truth, scores)

    @pytest.mark.parametrize(
        ("truth", "scores", "message"),
        [
            (np.ones(29), np.ones(29), "29 annotated rows"),
            ([1] * 50 + [0] * 50, np.linspace(0, 1, 100), "rise"),
        ],
    )
    def test_rows_that_cannot_calibrate_are_an_error(self, truth, scores, message):
        with pytest.raises(CalibrationError, match=message):
            site_curve(truth, scores)

    def test_enough_rows_give_points_of_their_own(self):
        truth, scores = drawn(0.2, 1000)
        label = from_annotations(CARD, truth, scores)
        assert (label.points_from, label.positives) == ("site", truth.sum())
        assert label.recall(label.points[0]) == 1
        at = label.threshold("recall", 0.9)
        flagged = np.array([label.corrected(score) >= at for score in scores])
        assert 0.9 <= flagged[truth == 1].mean() < 0.95

    def test_few_rows_keep_the_points_of_the_card(self):
        truth, scores = np.arange(100) < 5, np.linspace(0.9, 0.1, 100)
        label = from_annotations(CARD, truth, scores)
        assert (label.points_from, label.positives) == ("card", CARD.positives)
        assert label.site_prevalence == pytest.approx(5.5 / 101)
        assert label.recall(label.points[0]) == 0.9

    def test_rows_that_were_picked_count_at_the_sites_prevalence(self):
        truth, scores = drawn(0.5, 4000)
        everywhere, everywhere_scores = drawn(0.02, 20_000)
        label = from_annotations(CARD, truth, scores, prevalence=0.02)
        assert ece(everywhere, recalibrated(everywhere_scores, label.calibration)) < 0.01
        at = label.threshold("precision", 0.5)
        flagged = recalibrated(everywhere_scores, label.calibration) >= at
        assert everywhere[flagged].mean() == pytest.approx(0.5, abs=0.12)


class TestHeldOut:
    def test_a_site_unlike_the_card_gains(self):
        truth, scores = drawn(0.05, 1000)
        found = held_out(truth, scores)
        assert found.better
        assert found.ece[1] < found.ece[0]
        assert (found.rows, found.positives) == (1000, truth.sum())

    def test_annotations_by_chance_do_not_look_like_a_gain(self):
        # In-sample a curve always gains; nothing can be learned from coins thrown beside scores of one half.
        truth = (RANDOM.random(60) < 0.5).astype(float)
        found = held_out(truth, np.full(60, 0.5))
        assert not found.better
