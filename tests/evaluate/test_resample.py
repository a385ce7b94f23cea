from dataclasses import astuple
from itertools import pairwise
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.evaluate.classes import macro_f1
from comity.evaluate.metrics import (
    Metric,
    auprc,
    best_f1,
    brier,
    decisions,
    ece,
    f1_at,
    interval,
    macro_f1_at,
    precision_at_recall,
    recall_at_fpr,
    roc_auc,
)
from comity.evaluate.resample import interval_of, mcnemar, paired

NAN = float("nan")
TRUTH = np.tile([1.0, 0.0, 0.0], 100)
RANDOM = np.random.default_rng(5)
SCORES = np.clip(TRUTH * 0.3 + RANDOM.normal(0.3, 0.2, 300), 0, 1)
WORSE = np.clip(SCORES + RANDOM.normal(0, 0.3, 300), 0, 1)


def bounds(found):
    return found.low, found.high


class TestInterval:
    @pytest.mark.parametrize("metric", [roc_auc, auprc, brier, best_f1, f1_at(0.4), macro_f1_at(0.4)])
    def test_surrounds_the_value(self, metric):
        measured = interval(metric, TRUTH, SCORES, resamples=200)
        assert measured.low < measured.value < measured.high

    def test_is_the_same_for_the_same_seed(self):
        first, second = (interval(auprc, TRUTH, SCORES, seed=3, resamples=50) for _ in range(2))
        assert first == second

    def test_narrows_with_more_rows(self):
        def width(times):
            low, high = bounds(
                interval(roc_auc, np.tile(TRUTH, times), np.tile(SCORES, times), resamples=200)
            )
            return high - low

        assert all(narrow < wide for wide, narrow in pairwise(width(times) for times in (1, 4, 16)))

    @given(st.integers(0, 2**32 - 1))
    @settings(max_examples=15)
    @pytest.mark.parametrize(
        "metric", [roc_auc, auprc, brier, ece, best_f1, recall_at_fpr(0.3), precision_at_recall(0.7)]
    )
    def test_all_resamples_at_once_agree_with_one_after_the_other(self, metric, seed):
        random = np.random.default_rng(seed)
        truth, scores = random.integers(0, 2, 40).astype(float), random.integers(0, 9, 40) / 8
        given = {"groups": random.integers(0, 9, 40), "seed": seed, "resamples": 20}
        together = interval(metric, truth, scores, **given)
        one_by_one = interval(lambda *columns: metric(*columns), truth, scores, **given)
        assert bounds(together) == pytest.approx(bounds(one_by_one), nan_ok=True)

    @pytest.mark.parametrize("metric", [f1_at(0.4), macro_f1_at(0.4)])
    def test_drawing_counts_of_decisions_agrees_with_drawing_rows(self, metric):
        counts = interval(metric, TRUTH, SCORES, resamples=4000)
        rows = interval(lambda *columns: metric(*columns), TRUTH, SCORES, resamples=4000)
        assert bounds(counts) == pytest.approx(bounds(rows), abs=0.01)

    @pytest.mark.parametrize("metric", [auprc, f1_at(0.4)])
    def test_masked_rows_change_nothing(self, metric):
        masked = np.append(TRUTH, [NAN] * 50), np.append(SCORES, [0.9] * 50)
        assert interval(metric, *masked, resamples=50) == interval(metric, TRUTH, SCORES, resamples=50)

    def test_masked_rows_take_no_part_in_groups(self):
        groups = [*np.repeat(np.arange(60), 5), *range(60)]
        masked = np.append(TRUTH, [NAN] * 60), np.append(SCORES, [0.9] * 60)
        assert interval(auprc, *masked, groups=groups, resamples=50) == interval(
            auprc, TRUTH, SCORES, groups=groups[:300], resamples=50
        )

    @pytest.mark.parametrize("metric", [roc_auc, f1_at(0.5)])
    def test_an_undefined_metric_has_no_bounds(self, metric):
        assert np.isnan(bounds(interval(metric, [0, 0], [0.1, 0.2]))).all()

    @pytest.mark.parametrize("metric", [brier, f1_at(0.5)])
    def test_one_row_tells_no_spread(self, metric):
        found = interval(metric, [1], [0.7])
        assert np.isfinite(found.value)
        assert np.isnan(bounds(found)).all()

    def test_one_group_tells_no_spread(self):
        assert np.isnan(bounds(interval(auprc, TRUTH, SCORES, groups=["one author"] * 300))).all()


class TestGroups:
    def test_rows_of_one_group_are_drawn_together(self):
        drawn = []

        def watch(rows):
            drawn.append(tuple(np.bincount(rows, minlength=6)))
            return 0.0

        interval_of(watch, 6, groups=["a", "b", "a", "b", "b", "c"], resamples=50)
        assert all(a1 == a2 and b1 == b2 == b3 for a1, b1, a2, b2, b3, _ in drawn)
        assert len(set(drawn)) > 5

    def test_a_row_without_a_group_is_drawn_alone(self):
        def width(groups):
            low, high = bounds(interval(roc_auc, TRUTH, SCORES, groups=groups, resamples=100))
            return high - low

        assert width([None] * 300) == width(range(300))

    def test_repeated_rows_in_groups_tell_no_more_than_one_of_each(self):
        once = interval(roc_auc, TRUTH, SCORES, resamples=200)
        repeated = np.repeat(TRUTH, 5), np.repeat(SCORES, 5)
        grouped = interval(roc_auc, *repeated, groups=np.repeat(np.arange(300), 5), resamples=200)
        assert bounds(grouped) == pytest.approx(bounds(once))


class TestAnyStatistic:
    def test_of_row_numbers(self):
        found = interval_of(lambda rows: SCORES[rows].mean(), 300)
        error = SCORES.std() / sqrt(300)
        assert found.value == pytest.approx(SCORES.mean())
        assert bounds(found) == pytest.approx(
            (found.value - 1.96 * error, found.value + 1.96 * error), abs=0.003
        )

    def test_of_several_classes(self):
        truth = RANDOM.integers(0, 3, 200)
        predicted = np.where(RANDOM.random(200) < 0.6, truth, 0)
        found = interval_of(lambda rows: macro_f1(truth[rows], predicted[rows]), 200, resamples=100)
        assert found.low < found.value < found.high


class TestCoverage:
    def covered(self, metric, true_value, simulations=200, rows=200):
        random = np.random.default_rng(11)
        hits = 0
        for seed in range(simulations):
            truth = (random.random(rows) < 0.3).astype(float)
            found = interval(metric, truth, random.normal(truth, 1), resamples=250, seed=seed)
            hits += found.low <= true_value <= found.high
        return hits / simulations

    def test_of_the_area_under_the_roc_curve(self):
        assert 0.9 <= self.covered(roc_auc, NormalDist().cdf(1 / sqrt(2))) <= 0.99

    def test_of_f1_at_a_threshold(self):
        caught, flagged = 0.3 * 0.5, 0.3 * 0.5 + 0.7 * NormalDist().cdf(-1)
        assert 0.9 <= self.covered(f1_at(1.0), 2 * caught / (0.3 + flagged)) <= 0.99

    def test_rows_of_one_author_need_groups(self):
        random = np.random.default_rng(12)
        authors = np.repeat(np.arange(40), 10)
        hits = {"rows": 0, "groups": 0}
        for seed in range(100):
            values = random.normal(0, 1, 40)[authors] + random.normal(0, 0.3, 400)
            for name, groups in (("rows", None), ("groups", authors)):
                found = interval_of(
                    lambda rows, v=values: v[rows].mean(), 400, groups=groups, resamples=150, seed=seed
                )
                hits[name] += found.low <= 0 <= found.high
        assert hits["rows"] < 70
        assert 87 <= hits["groups"] <= 99


class TestPaired:
    def test_the_better_model_is_better_beyond_doubt(self):
        found = paired(roc_auc, TRUTH, SCORES, WORSE)
        assert found.value == roc_auc(TRUTH, SCORES) - roc_auc(TRUTH, WORSE)
        assert 0 < found.low < found.value < found.high
        assert found.p < 0.01

    def test_exchanging_the_models_turns_the_difference_round(self):
        there, back = paired(auprc, TRUTH, SCORES, WORSE), paired(auprc, TRUTH, WORSE, SCORES)
        assert (there.value, there.p) == (-back.value, back.p)
        assert bounds(there) == pytest.approx((-back.high, -back.low))

    def test_a_model_does_not_differ_from_itself(self):
        found = paired(auprc, TRUTH, SCORES, SCORES)
        assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)

    def test_pairing_sees_what_two_intervals_apart_cannot(self):
        slightly = np.clip(SCORES - 0.04 * TRUTH, 0, 1)
        ours, theirs = interval(roc_auc, TRUTH, SCORES), interval(roc_auc, TRUTH, slightly)
        assert theirs.high > ours.low
        assert paired(roc_auc, TRUTH, SCORES, slightly).p < 0.01

    def test_only_rows_that_both_scored_count(self):
        ours, theirs = np.append(SCORES, [0.9, NAN]), np.append(WORSE, [NAN, 0.9])
        assert paired(auprc, np.append(TRUTH, [0, 0]), ours, theirs) == paired(auprc, TRUTH, SCORES, WORSE)

    def test_each_model_may_decide_at_a_threshold_of_its_own(self):
        found = paired(f1_at(0.5), TRUTH, decisions(SCORES, 0.4), decisions(WORSE, 0.3))
        assert found.value == f1_at(0.4)(TRUTH, SCORES) - f1_at(0.3)(TRUTH, WORSE)

    def test_any_function_of_truth_and_scores_can_be_compared(self):
        plain = paired(lambda *columns: auprc(*columns), TRUTH, SCORES, WORSE, resamples=50)
        at_once = paired(auprc, TRUTH, SCORES, WORSE, resamples=50)
        assert astuple(plain) == pytest.approx(astuple(at_once))

    def test_an_undefined_difference_has_no_p(self):
        assert np.isnan(paired(roc_auc, [1, 1], [0.1, 0.2], [0.2, 0.3]).p)

    @pytest.mark.parametrize("metric", [roc_auc, f1_at(0.5)])
    def test_equal_models_are_told_apart_in_about_5_of_100_samples(self, metric: Metric):
        random = np.random.default_rng(13)
        rejected = 0
        for seed in range(300):
            truth = (random.random(200) < 0.4).astype(float)
            ours, theirs = (random.normal(truth, 1) for _ in range(2))
            rejected += paired(metric, truth, ours, theirs, resamples=200, seed=seed).p < 0.05
        assert 0.02 <= rejected / 300 <= 0.09


class TestMcNemar:
    def test_ten_against_two_by_hand(self):
        truth = np.ones(20)
        ours, theirs = np.array([1] * 10 + [0] * 2 + [1] * 8), np.array([0] * 10 + [1] * 2 + [1] * 8)
        found = mcnemar(truth, ours, theirs)
        assert (found.only_ours, found.only_theirs) == (10, 2)
        assert found.p == pytest.approx(2 * (1 + 12 + 66) / 2**12)

    def test_negatives_that_are_left_alone_are_right(self):
        found = mcnemar([0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 1, 1])
        assert (found.only_ours, found.only_theirs, found.p) == (3, 0, pytest.approx(0.25))

    def test_rows_that_only_one_decided_are_left_out(self):
        assert mcnemar([1, 1, 1], [1, NAN, 1], [0, 1, NAN]).only_ours == 1

    @pytest.mark.parametrize("discordant", [0, 1, 5000])
    def test_an_even_split_tells_nothing(self, discordant):
        ours, theirs = np.repeat([1, 0], discordant), np.repeat([0, 1], discordant)
        assert mcnemar(np.ones(2 * discordant), ours, theirs).p == pytest.approx(1)

    def test_equal_models_are_told_apart_in_at_most_5_of_100_samples(self):
        random = np.random.default_rng(14)
        truth = np.ones(300)
        tests = [mcnemar(truth, *(random.random((2, 300)) < 0.7)).p < 0.05 for _ in range(400)]
        assert 0.01 < np.mean(tests) < 0.06
