from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    matthews_corrcoef,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from comity.errors import InputError
from comity.evaluate.metrics import (
    FEWEST,
    auprc,
    best_f1,
    best_threshold,
    bin_of,
    brier,
    confusion,
    ece,
    f1_at,
    macro_f1_at,
    matthews_at,
    precision_at_recall,
    prevalence,
    rate,
    recall_at_fpr,
    roc_auc,
    wilson,
)

NAN = float("nan")

OF_ORDER = [roc_auc, auprc, best_f1, recall_at_fpr(0.2), precision_at_recall(0.6)]
ALL = [*OF_ORDER, brier, ece, f1_at(0.5), macro_f1_at(0.5), matthews_at(0.5)]

judged = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 8).map(lambda step: step / 8)),
    min_size=2,
    max_size=60,
).filter(lambda rows: len({truth for truth, _ in rows}) == 2)


def columns(rows):
    truth, scores = zip(*rows, strict=True)
    return np.array(truth), np.array(scores)


few = settings(max_examples=30)


class TestAgainstScikitLearn:
    @given(judged)
    @few
    def test_roc_auc(self, rows):
        truth, scores = columns(rows)
        assert roc_auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))

    @given(judged)
    @few
    def test_auprc(self, rows):
        truth, scores = columns(rows)
        assert auprc(truth, scores) == pytest.approx(average_precision_score(truth, scores))

    @given(judged)
    @few
    def test_brier(self, rows):
        truth, scores = columns(rows)
        assert brier(truth, scores) == pytest.approx(brier_score_loss(truth, scores))

    @given(judged, st.floats(0.1, 0.9))
    @few
    def test_f1(self, rows, threshold):
        truth, scores = columns(rows)
        assert f1_at(threshold)(truth, scores) == pytest.approx(f1_score(truth, scores >= threshold))

    @given(judged, st.floats(0.1, 0.9))
    @few
    def test_macro_f1(self, rows, threshold):
        truth, scores = columns(rows)
        expected = f1_score(truth, scores >= threshold, average="macro")
        assert macro_f1_at(threshold)(truth, scores) == pytest.approx(expected)

    @given(judged, st.floats(0.1, 0.9))
    @few
    def test_matthews_correlation(self, rows, threshold):
        truth, scores = columns(rows)
        assume(len(set(scores >= threshold)) == 2)
        expected = matthews_corrcoef(truth, scores >= threshold)
        assert matthews_at(threshold)(truth, scores) == pytest.approx(expected)

    @given(judged)
    @few
    def test_best_f1(self, rows):
        truth, scores = columns(rows)
        expected = max(f1_score(truth, scores >= threshold) for threshold in np.unique(scores))
        assert best_f1(truth, scores) == pytest.approx(expected)

    @given(judged, st.integers(0, 20))
    @few
    def test_recall_at_a_false_positive_rate(self, rows, percent):
        truth, scores = columns(rows)
        fpr, recall, _ = roc_curve(truth, scores, drop_intermediate=False)
        expected = recall[fpr <= percent / 20].max()
        assert recall_at_fpr(percent / 20)(truth, scores) == pytest.approx(expected)

    @given(judged, st.integers(1, 20))
    @few
    def test_precision_at_a_recall(self, rows, percent):
        truth, scores = columns(rows)
        precision, recall, _ = precision_recall_curve(truth, scores)
        expected = precision[:-1][recall[:-1] >= percent / 20].max()
        assert precision_at_recall(percent / 20)(truth, scores) == pytest.approx(expected)


def all_of(metrics, truth, scores):
    return pytest.approx([metric(truth, scores) for metric in metrics], nan_ok=True)


class TestInvariance:
    @given(judged, st.lists(st.floats(0, 1), max_size=10))
    def test_rows_that_nobody_annotated_change_nothing(self, rows, stray):
        truth, scores = columns(rows)
        masked = np.append(truth, np.full(len(stray), NAN)), np.append(scores, stray)
        assert [metric(*masked) for metric in ALL] == all_of(ALL, truth, scores)

    @given(judged, st.lists(st.sampled_from([0.0, 1.0]), max_size=10))
    def test_rows_that_nobody_scored_change_nothing(self, rows, stray):
        truth, scores = columns(rows)
        masked = np.append(truth, stray), np.append(scores, np.full(len(stray), NAN))
        assert [metric(*masked) for metric in ALL] == all_of(ALL, truth, scores)

    @given(judged, st.randoms())
    def test_the_order_of_rows_does_not_matter(self, rows, random):
        shuffled = columns(random.sample(rows, len(rows)))
        assert [metric(*shuffled) for metric in ALL] == all_of(ALL, *columns(rows))

    @given(judged, st.sampled_from([np.exp, np.cbrt, np.arctan, lambda scores: 3 * scores - 7]))
    def test_a_strictly_rising_map_of_the_scores_changes_no_metric_of_order(self, rows, rising):
        truth, scores = columns(rows)
        mapped = rising(scores)
        assert [metric(truth, mapped) for metric in OF_ORDER] == all_of(OF_ORDER, truth, scores)


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
        assert ece([1, 0, 0, 0], [0.85, 0.85, 0.85, 0.85]) == pytest.approx(0.6)

    def test_calibration_errors_of_two_bins_are_weighted_by_rows(self):
        assert ece([1, 1, 1, 0], [0.9, 0.9, 0.9, 0.3]) == pytest.approx(0.75 * 0.1 + 0.25 * 0.3)

    def test_errors_within_a_bin_cancel_out(self):
        assert ece([1, 0], [0.51, 0.49]) == pytest.approx(0)

    def test_a_score_of_one_belongs_to_the_last_bin(self):
        assert bin_of(np.array([0.0, 0.5, 0.999, 1.0])).tolist() == [0, 7, 14, 14]

    def test_a_share_of_annotators_counts_from_one_half_up(self):
        assert confusion([0.5, 0.49], [1, 1], 0.5).precision == pytest.approx(0.5)

    def test_prevalence_counts_judged_rows_only(self):
        assert prevalence([1, 0, NAN, 0.5]) == pytest.approx(2 / 3)

    def test_a_missing_score_is_left_out(self):
        assert confusion([1, 1, 0], [0.9, NAN, 0.1], 0.5).true_positives == 1


class TestOperatingPoints:
    truth = np.array([1, 1, 0, 1, 0, 0, 0, 0])
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])

    @pytest.mark.parametrize(("most", "recall"), [(0.0, 2 / 3), (0.19, 2 / 3), (0.2, 1.0), (1.0, 1.0)])
    def test_recall_is_that_of_a_threshold_and_never_interpolated(self, most, recall):
        assert recall_at_fpr(most)(self.truth, self.scores) == pytest.approx(recall)

    def test_a_negative_on_top_leaves_no_recall_without_a_false_positive(self):
        assert recall_at_fpr(0.0)([0, 1, 1], [0.9, 0.8, 0.7]) == 0

    def test_tied_rows_are_flagged_together_or_not_at_all(self):
        assert recall_at_fpr(0.4)([1, 0, 0], [0.9, 0.9, 0.1]) == 0

    @pytest.mark.parametrize(("least", "precision"), [(0.3, 1.0), (0.67, 0.75), (1.0, 0.75)])
    def test_precision_is_the_best_that_still_reaches_the_recall(self, least, precision):
        assert precision_at_recall(least)(self.truth, self.scores) == pytest.approx(precision)

    def test_the_best_threshold_is_the_score_that_f1_is_best_from(self):
        assert best_threshold(self.truth, self.scores) == 0.6
        assert f1_at(0.6)(self.truth, self.scores) == best_f1(self.truth, self.scores)

    def test_of_equally_good_thresholds_the_highest_is_best(self):
        assert best_threshold([1, 0, 0, 1], [0.9, 0.8, 0.7, 0.6]) == 0.9

    @pytest.mark.parametrize("share", [-0.1, 5, NAN])
    @pytest.mark.parametrize("metric", [recall_at_fpr, precision_at_recall])
    def test_a_percentage_is_no_share(self, metric, share):
        with pytest.raises(InputError, match="no share"):
            metric(share)


class TestUndefined:
    @pytest.mark.parametrize("truth", [[], [1, 1], [0, 0], [NAN, NAN]])
    @pytest.mark.parametrize("metric", [roc_auc, auprc, recall_at_fpr(0.1), matthews_at(0.5)])
    def test_ranking_needs_both_classes(self, metric, truth):
        assert np.isnan(metric(truth, [0.2, 0.7][: len(truth)]))

    @pytest.mark.parametrize("truth", [[], [0, 0], [NAN, NAN]])
    @pytest.mark.parametrize("metric", [best_f1, precision_at_recall(0.9), best_threshold])
    def test_finding_positives_needs_some(self, metric, truth):
        assert np.isnan(metric(truth, [0.2, 0.7][: len(truth)]))

    @pytest.mark.parametrize("metric", ALL)
    def test_no_rows_define_nothing(self, metric):
        assert np.isnan(metric([], []))

    def test_precision_of_nothing_flagged(self):
        assert np.isnan(confusion([1, 0], [0.1, 0.1], 0.5).precision)

    @pytest.mark.parametrize("metric", [brier, ece])
    def test_what_is_no_probability_cannot_be_calibrated(self, metric):
        with pytest.raises(InputError, match=r"\[0, 1\]"):
            metric([1, 0], [1.5, 0.2])


class TestRates:
    def test_wilsons_interval_of_ten_in_a_hundred(self):
        share = wilson(10, 100)
        assert (share.value, share.low, share.high) == pytest.approx((0.1, 0.05523, 0.17437), abs=1e-5)

    def test_nothing_found_in_a_hundred_may_still_be_some(self):
        assert wilson(0, 100).low == 0
        assert wilson(0, 100).high == pytest.approx(1.959964**2 / (100 + 1.959964**2))

    def test_a_share_of_nothing_is_undefined(self):
        assert np.isnan(wilson(0, 0).value)

    def test_fewer_than_thirty_items_have_no_rate(self):
        assert rate(3, FEWEST - 1) is None
        assert rate(3, FEWEST) == wilson(3, FEWEST)

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
    def test_wilsons_intervals_cover_the_true_share_in_about_95_of_100_samples(self, share):
        counts = np.random.default_rng(1).binomial(80, share, 2000)
        intervals = [wilson(int(count), 80) for count in counts]
        assert 0.92 < np.mean([found.low <= share <= found.high for found in intervals]) < 0.985

    def test_more_items_narrow_the_interval(self):
        widths = [wilson(n // 5, n).high - wilson(n // 5, n).low for n in (30, 100, 1000)]
        assert all(narrow < wide for wide, narrow in pairwise(widths))
