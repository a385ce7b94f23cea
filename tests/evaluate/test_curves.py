import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve

from comity.errors import InputError
from comity.evaluate.curves import MOST_POINTS, pr_curve, reliability, risk_coverage
from comity.evaluate.metrics import ece

NAN = float("nan")
RANDOM = np.random.default_rng(8)
TRUTH = (RANDOM.random(3000) < 0.2).astype(float)
SCORES = 1 / (1 + np.exp(-RANDOM.normal(2 * TRUTH - 1, 1)))

judged = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 8).map(lambda step: step / 8)),
    min_size=1,
    max_size=40,
)


def columns(rows):
    truth, scores = zip(*rows, strict=True)
    return np.array(truth), np.array(scores)


class TestPrecisionRecall:
    @given(judged.filter(lambda rows: any(truth for truth, _ in rows)))
    def test_has_the_points_of_scikit_learn(self, rows):
        truth, scores = columns(rows)
        precision, recall, _ = precision_recall_curve(truth, scores)
        theirs = list(zip(recall[:-1], precision[:-1], strict=True))[::-1]
        assert np.array(pr_curve(truth, scores)) == pytest.approx(np.array(theirs))

    def test_a_long_curve_is_thinned_between_its_ends(self):
        curve = pr_curve(TRUTH, SCORES)
        precision, recall, _ = precision_recall_curve(TRUTH, SCORES)
        assert 80 <= len(curve) <= MOST_POINTS
        assert curve[0] == pytest.approx((recall[-2], precision[-2]))
        assert curve[-1] == pytest.approx((1, TRUTH.mean()))

    def test_the_points_left_are_points_of_the_curve_with_small_gaps_in_recall(self):
        precision, recall, _ = precision_recall_curve(TRUTH, SCORES)
        whole = {(round(r, 9), round(p, 9)) for r, p in zip(recall, precision, strict=True)}
        curve = pr_curve(TRUTH, SCORES)
        assert {(round(r, 9), round(p, 9)) for r, p in curve} <= whole
        assert max(np.diff([recall for recall, _ in curve])) < 0.02

    def test_there_is_none_without_positives(self):
        assert pr_curve([0, 0, NAN], [0.1, 0.2, 0.3]) == ()


class TestReliability:
    def test_a_bin_sets_the_mean_score_beside_the_share_of_positives(self):
        low, high = reliability([0, 1, 1, 1], [0.01, 0.03, 0.95, 0.99])
        assert (low.rows, low.score, low.share) == (2, pytest.approx(0.02), 0.5)
        assert (high.rows, high.score, high.share) == (2, pytest.approx(0.97), 1.0)

    @given(judged)
    def test_the_gaps_of_its_bins_add_up_to_the_calibration_error(self, rows):
        truth, scores = columns(rows)
        gaps = sum(bin_.rows * abs(bin_.score - bin_.share) for bin_ in reliability(truth, scores))
        assert gaps / len(rows) == pytest.approx(ece(truth, scores))

    def test_masked_rows_are_in_no_bin(self):
        assert sum(bin_.rows for bin_ in reliability([1, NAN, 0], [0.5, 0.5, NAN])) == 1

    def test_there_is_none_without_rows(self):
        assert reliability([], []) == ()

    def test_needs_probabilities(self):
        with pytest.raises(InputError):
            reliability([1], [7])


class TestRiskCoverage:
    def test_the_surest_decisions_come_first(self):
        found = risk_coverage([1, 0, 0, 1], [0.99, 0.1, 0.7, 0.45])
        assert found.points == ((0.25, 0.0), (0.5, 0.0), (0.75, 1 / 3), (1.0, 0.5))
        assert found.area == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)

    def test_the_last_point_is_the_error_of_all_decisions(self):
        assert risk_coverage(TRUTH, SCORES).points[-1] == (1.0, ((SCORES >= 0.5) != TRUTH).mean())

    def test_knowing_when_one_is_unsure_lowers_the_area(self):
        found = risk_coverage(TRUTH, SCORES)
        assert found.area < found.points[-1][1] / 2

    def test_is_thinned_to_a_hundred_points(self):
        assert len(risk_coverage(TRUTH, SCORES).points) == MOST_POINTS

    def test_a_score_is_as_sure_as_it_has_left_the_threshold_behind(self):
        halfway_up, a_third_down, at_the_threshold = 0.95, 0.6, 0.9
        found = risk_coverage([1, 1, 0], [halfway_up, a_third_down, at_the_threshold], threshold=0.9)
        assert found.points == (
            (pytest.approx(1 / 3), 0.0),
            (pytest.approx(2 / 3), 0.5),
            (1.0, pytest.approx(2 / 3)),
        )

    @given(judged, st.randoms())
    def test_the_order_of_equally_sure_rows_does_not_matter(self, rows, random):
        shuffled = random.sample(rows, len(rows))
        ours, theirs = risk_coverage(*columns(rows), 0.3), risk_coverage(*columns(shuffled), 0.3)
        assert ours.points == theirs.points
        assert ours.area == pytest.approx(theirs.area)

    def test_the_area_of_ties_is_the_mean_over_their_orders(self):
        # Right first: 0, 1/2. Wrong first: 1, 1/2.
        assert risk_coverage([1, 0], [0.8, 0.8]).area == pytest.approx((1 / 4 + 3 / 4) / 2)

    @pytest.mark.parametrize("threshold", [0.0, 1.0])
    def test_a_threshold_at_the_end_of_the_scale_leaves_no_room(self, threshold):
        assert risk_coverage([1, 0], [1.0, 0.0], threshold).points[-1][0] == 1

    def test_no_rows_define_nothing(self):
        found = risk_coverage([NAN], [0.4])
        assert found.points == ()
        assert np.isnan(found.area)
