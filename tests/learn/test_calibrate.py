import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import CalibrationError
from comity.evaluate.metrics import confusion, ece
from comity.learn.calibrate import calibrate, platt
from comity.models.text_model import calibrated

RANDOM = np.random.default_rng(7)
LOGITS = RANDOM.normal(0, 3, 4000).astype(np.float32)
TRUTH = (RANDOM.random(4000) < 1 / (1 + np.exp(-(0.5 * LOGITS - 2)))).astype(np.float32)


def test_platt_finds_the_curve_that_the_rows_were_drawn_from():
    calibration = platt(LOGITS.astype(float), TRUTH.astype(float))
    assert calibration.slope == pytest.approx(0.5, abs=0.05)
    assert calibration.intercept == pytest.approx(-2, abs=0.15)


def test_a_share_of_annotators_counts_as_that_many_of_them():
    shares = platt(np.array([0.0, 2.0]).repeat(4), np.array([0.25, 0.75]).repeat(4))
    votes = platt(np.array([0.0, 2.0]).repeat(4), np.array([0, 0, 0, 1, 0, 1, 1, 1.0]))
    assert (shares.slope, shares.intercept) == pytest.approx((votes.slope, votes.intercept), abs=1e-3)


def test_calibrated_scores_are_probabilities():
    label = calibrate("insult", LOGITS, TRUTH)
    assert ece(TRUTH, calibrated(LOGITS[:, None], [label.calibration])[:, 0]) < 0.03


def test_points_count_what_their_threshold_flags():
    label = calibrate("insult", LOGITS, TRUTH)
    scores = calibrated(LOGITS[:, None], [label.calibration])[:, 0]
    for point in label.points:
        counts = confusion(TRUTH, scores, np.float32(point.threshold))
        assert (point.true_positives, point.false_positives) == (
            counts.true_positives,
            counts.false_positives,
        )


def test_rows_that_nobody_annotated_are_left_out():
    masked = np.append(TRUTH, [np.nan] * 5).astype(np.float32)
    assert calibrate("insult", np.append(LOGITS, [9] * 5), masked) == calibrate("insult", LOGITS, TRUTH)


def test_too_few_rows_are_an_error():
    with pytest.raises(CalibrationError, match="9 positive"):
        calibrate("insult", LOGITS[:60], np.array([1] * 9 + [0] * 51, np.float32))


def test_scores_that_fall_with_the_annotations_are_an_error():
    with pytest.raises(CalibrationError, match="was not learned"):
        calibrate("insult", -LOGITS, TRUTH)


@given(st.integers(0, 10**6), st.floats(1, 50))
@settings(max_examples=30)
def test_separable_scores_still_give_a_finite_rising_curve(seed, distance):
    random = np.random.default_rng(seed)
    truth = np.repeat([0.0, 1.0], 20)
    calibration = platt(truth * distance + random.random(40) / 2, truth)
    assert 0 < calibration.slope < np.inf
    assert np.isfinite(calibration.intercept)
