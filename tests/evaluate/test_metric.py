import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evaluate.metric import Metric, Tally, check_probabilities, decisions, known
from comity.evaluate.resample import interval

NAN = float("nan")


def flag_rate(levels, positives, negatives):
    rows = positives + negatives
    return rows[:, levels > 0].sum(axis=1) / rows.sum(axis=1)


def test_only_rows_with_an_annotation_and_a_score_are_known():
    holds, scores = known([1, 0, NAN, 1], [0.9, 0.2, 0.5, NAN])
    assert holds.tolist() == [True, False]
    assert scores.tolist() == [0.9, 0.2]


def test_a_score_at_the_threshold_is_flagged_and_a_missing_one_is_no_decision():
    np.testing.assert_array_equal(decisions([0.5, 0.4, NAN], 0.5), [1, 0, NAN])


def test_a_metric_of_decisions_sees_one_and_zero():
    assert Metric(flag_rate, threshold=0.6)([1, 0, 1, 0], [0.9, 0.6, 0.3, 0.1]) == 0.5


def test_a_metric_of_ones_own_has_an_interval():
    found = interval(Metric(flag_rate, threshold=0.6), np.ones(400), np.linspace(0, 1, 400))
    assert (found.low, found.value, found.high) == pytest.approx((0.35, 0.4, 0.45), abs=0.01)


class TestTally:
    tally = Tally.of(np.array([True, False, True, False]), np.array([0.2, 0.2, 0.9, 0.5]))

    def test_counts_positives_and_negatives_at_each_score_from_the_highest_down(self):
        assert self.tally.levels.tolist() == [0.9, 0.5, 0.2]
        positives, negatives = self.tally.once()
        assert positives.tolist() == [[1, 0, 1]]
        assert negatives.tolist() == [[0, 1, 1]]

    def test_counts_each_resample_for_itself(self):
        positives, negatives = self.tally.counts(np.array([0, 0, 2, 3, 1]), np.array([3, 2]))
        assert positives.tolist() == [[1, 0, 2], [0, 0, 0]]
        assert negatives.tolist() == [[0, 0, 0], [0, 1, 1]]


@given(st.lists(st.floats(0, 1) | st.just(NAN)))
def test_probabilities_lie_between_zero_and_one(scores):
    check_probabilities(np.array(scores, float))
    with pytest.raises(InputError):
        check_probabilities(np.array([*scores, 1.01]))
