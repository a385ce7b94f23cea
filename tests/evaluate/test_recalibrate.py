import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from comity.errors import CalibrationError, InputError
from comity.evaluate.metrics import brier, ece, roc_auc
from comity.evaluate.recalibrate import platt, recalibrated
from comity.models.card import Calibration

RANDOM = np.random.default_rng(9)
TRUE_LOGITS = RANDOM.normal(-1, 2, 4000)
TRUTH = (RANDOM.random(4000) < 1 / (1 + np.exp(-TRUE_LOGITS))).astype(float)
SCORES = 1 / (1 + np.exp(-(3 * TRUE_LOGITS + 2)))
FIT, TEST = slice(0, 2000), slice(2000, 4000)


def test_a_fit_on_one_half_calibrates_the_other():
    after = recalibrated(SCORES[TEST], platt(TRUTH[FIT], SCORES[FIT]))
    assert ece(TRUTH[TEST], after) < 0.03 < 0.1 < ece(TRUTH[TEST], SCORES[TEST])
    assert brier(TRUTH[TEST], after) < brier(TRUTH[TEST], SCORES[TEST])


def test_the_order_of_scores_is_kept():
    after = recalibrated(SCORES, platt(TRUTH, SCORES))
    assert roc_auc(TRUTH, after) == pytest.approx(roc_auc(TRUTH, SCORES))


def test_the_curve_is_that_of_scikit_learn():
    positives, negatives = TRUTH.sum(), (1 - TRUTH).sum()
    targets = np.where(TRUTH == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    clipped = np.clip(SCORES, 1e-6, 1 - 1e-6)
    logits = np.log(clipped / (1 - clipped))
    theirs = LogisticRegression(C=1e9, tol=1e-8).fit(
        np.concatenate([logits, logits])[:, None],
        np.repeat([1, 0], 4000),
        sample_weight=np.concatenate([targets, 1 - targets]),
    )
    ours = platt(TRUTH, SCORES)
    assert (ours.slope, ours.intercept) == pytest.approx((theirs.coef_[0, 0], theirs.intercept_[0]), rel=1e-3)


def test_masked_rows_change_nothing():
    masked = np.append(TRUTH, [np.nan] * 9), np.append(SCORES, [0.99] * 9)
    assert platt(*masked) == platt(TRUTH, SCORES)


def test_scores_that_tell_the_classes_apart_without_error_give_a_finite_curve():
    truth = np.repeat([0.0, 1.0], 50)
    after = recalibrated(truth, platt(truth, truth))
    assert (after[0], after[-1]) == pytest.approx((1 / 52, 51 / 52), abs=1e-4)


@given(
    st.lists(st.sampled_from([0.0, 1e-5, 0.3, 0.5, 0.51, 0.9, 1.0]), min_size=20, max_size=60),
    st.integers(10, 50),
)
@settings(max_examples=50)
def test_the_mean_probability_is_the_share_of_positives(scores, positives):
    truth, scores = np.arange(60)[: len(scores)] < positives, np.sort(scores)[::-1]
    assume(positives <= len(scores) - 10 and scores[0] > scores[-1])
    after = recalibrated(scores, platt(truth, scores))
    negatives = len(scores) - positives
    targets = positives * (positives + 1) / (positives + 2) + negatives / (negatives + 2)
    assert after.sum() == pytest.approx(targets, abs=1e-3)


def test_a_missing_score_stays_missing():
    assert np.isnan(recalibrated([np.nan], Calibration(slope=1, intercept=0))).all()


@pytest.mark.parametrize(
    ("truth", "scores", "message"),
    [
        ([1] * 9 + [0] * 50, np.linspace(1, 0, 59), "9 positive"),
        ([1] * 20 + [0] * 20, np.linspace(0, 1, 40), "do not rise"),
        ([1] * 20 + [0] * 20, np.full(40, 0.3), "do not rise"),
        ([1] * 20 + [0] * 20, np.linspace(1e-8, 1e-9, 40), "do not rise"),
    ],
)
def test_rows_that_cannot_calibrate_are_an_error(truth, scores, message):
    with pytest.raises(CalibrationError, match=message):
        platt(truth, scores)


def test_scores_must_be_shares():
    with pytest.raises(InputError):
        recalibrated([3.2], Calibration(slope=1, intercept=0))
