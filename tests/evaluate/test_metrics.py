from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from comity.evaluate.metrics import auprc, brier, confusion, ece, interval, prevalence, roc_auc

NAN = float("nan")

judged = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 8).map(lambda step: step / 8)),
    min_size=2,
    max_size=60,
).filter(lambda rows: len({truth for truth, _ in rows}) == 2)


def columns(rows):
    truth, scores = zip(*rows, strict=True)
    return np.array(truth), np.array(scores)


class TestAgainstScikitLearn:
    @given(judged)
    def test_roc_auc(self, rows):
        truth, scores = columns(rows)
        assert roc_auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))

    @given(judged)
    def test_auprc(self, rows):
        truth, scores = columns(rows)
        assert auprc(truth, scores) == pytest.approx(average_precision_score(truth, scores))

    @given(judged)
    def test_brier(self, rows):
        truth, scores = columns(rows)
        assert brier(truth, scores) == pytest.approx(brier_score_loss(truth, scores))


class TestMasks:
    @given(judged, st.lists(st.floats(0, 1), max_size=10))
    @pytest.mark.parametrize("metric", [roc_auc, auprc, brier, ece])
    def test_rows_that_nobody_annotated_change_nothing(self, metric, rows, stray):
        truth, scores = columns(rows)
        masked = np.append(truth, np.full(len(stray), NAN)), np.append(scores, stray)
        assert metric(*masked) == pytest.approx(metric(truth, scores))

    def test_a_missing_score_is_left_out_too(self):
        assert confusion([1, 1, 0], [0.9, NAN, 0.1], 0.5).true_positives == 1

    def test_prevalence_counts_judged_rows_only(self):
        assert prevalence([1, 0, NAN, 0.5]) == pytest.approx(2 / 3)


class TestByHand:
    def test_counts_and_ratios_at_a_threshold(self):
        counts = confusion([1, 1, 1, 0, 0], [0.9, 0.5, 0.2, 0.5, 0.1], 0.5)
        assert (counts.true_positives, counts.false_positives) == (2, 1)
        assert (counts.false_negatives, counts.true_negatives) == (1, 1)
        assert counts.precision == pytest.approx(2 / 3)
        assert counts.recall == pytest.approx(2 / 3)
        assert counts.f1 == pytest.approx(2 / 3)
        assert counts.false_positive_rate == pytest.approx(1 / 2)

    def test_one_of_four_pairs_out_of_order(self):
        assert roc_auc([1, 0, 1, 0], [0.9, 0.6, 0.5, 0.1]) == pytest.approx(3 / 4)

    def test_ties_count_half(self):
        assert roc_auc([1, 0], [0.5, 0.5]) == pytest.approx(0.5)

    def test_average_precision_of_a_positive_in_first_and_third_place(self):
        assert auprc([1, 0, 1, 0], [0.9, 0.6, 0.5, 0.1]) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)

    def test_calibration_error_is_the_distance_of_promise_and_truth(self):
        assert ece([1, 0, 0, 0], [0.85, 0.85, 0.85, 0.85], bins=10) == pytest.approx(0.6)

    def test_a_share_of_annotators_counts_from_one_half_up(self):
        assert confusion([0.5, 0.49], [1, 1], 0.5).precision == pytest.approx(0.5)


class TestUndefined:
    @pytest.mark.parametrize("truth", [[], [1, 1], [0, 0], [NAN, NAN]])
    @pytest.mark.parametrize("metric", [roc_auc, auprc])
    def test_ranking_needs_both_classes(self, metric, truth):
        assert np.isnan(metric(truth, [0.2, 0.7][: len(truth)]))

    def test_precision_of_nothing_flagged(self):
        assert np.isnan(confusion([1, 0], [0.1, 0.1], 0.5).precision)

    def test_interval_of_an_undefined_metric(self):
        assert np.isnan(interval(roc_auc, [1, 1], [0.1, 0.2]).low)


class TestInterval:
    truth = np.tile([1.0, 0.0, 0.0], 100)
    scores = np.clip(truth * 0.3 + np.random.default_rng(5).normal(0.3, 0.2, 300), 0, 1)

    @pytest.mark.parametrize("metric", [roc_auc, auprc, brier])
    def test_surrounds_the_value(self, metric):
        measured = interval(metric, self.truth, self.scores, resamples=200)
        assert measured.low < measured.value < measured.high

    def test_is_the_same_for_the_same_seed(self):
        first, second = (interval(auprc, self.truth, self.scores, seed=3, resamples=50) for _ in range(2))
        assert first == second

    def test_narrows_with_more_rows(self):
        def width(times):
            measured = interval(
                roc_auc, np.tile(self.truth, times), np.tile(self.scores, times), resamples=200
            )
            return measured.high - measured.low

        assert all(narrow < wide for wide, narrow in pairwise(width(times) for times in (1, 4, 16)))

    @given(st.integers(0, 2**32 - 1))
    def test_the_vectorised_metrics_agree_with_resampling_one_by_one(self, seed):
        random = np.random.default_rng(seed)
        truth, scores = random.integers(0, 2, 40).astype(float), random.integers(0, 9, 40) / 8
        assume(0 < truth.sum() < 40)
        together = interval(auprc, truth, scores, seed=seed, resamples=20)
        one_by_one = interval(lambda *columns: auprc(*columns), truth, scores, seed=seed, resamples=20)
        assert (together.low, together.high) == pytest.approx((one_by_one.low, one_by_one.high))
