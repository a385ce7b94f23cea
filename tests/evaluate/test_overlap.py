import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evaluate.overlap import capa, shared_mistakes

NAN = float("nan")

decided = st.lists(st.tuples(*[st.sampled_from([0.0, 1.0])] * 3), min_size=1, max_size=40)


class TestCapa:
    def test_of_two_rows_by_hand(self):
        observed, right = 0.8 * 0.6 + 0.2 * 0.4, (0.8 + 0.6) / 2
        expected = right**2 + (1 - right) ** 2
        found = capa([1, 0], [0.8, 0.4], [0.6, 0.2])
        assert found == pytest.approx((observed - expected) / (1 - expected))

    @given(decided)
    def test_of_decisions_is_error_consistency(self, rows):
        truth, ours, theirs = np.array(rows).T
        ours_right, theirs_right = ours == truth, theirs == truth
        p, q = ours_right.mean(), theirs_right.mean()
        by_chance = p * q + (1 - p) * (1 - q)
        alike = (ours_right == theirs_right).mean()
        expected = (alike - by_chance) / (1 - by_chance) if by_chance < 1 else NAN
        assert capa(truth, ours, theirs) == pytest.approx(expected, nan_ok=True)

    def test_a_model_repeats_its_own_mistakes(self):
        assert capa([1, 1, 0, 0], [1, 0, 0, 1], [1, 0, 0, 1]) == 1

    def test_mistakes_that_avoid_each_other_are_below_zero(self):
        assert capa([1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]) == -1

    @pytest.mark.parametrize("accuracies", [(0.6, 0.9), (0.95, 0.95)])
    def test_independent_models_are_at_zero_however_accurate(self, accuracies):
        random = np.random.default_rng(4)
        truth = random.integers(0, 2, 20_000)
        ours, theirs = (np.where(random.random(20_000) < right, truth, 1 - truth) for right in accuracies)
        assert capa(truth, ours, theirs) == pytest.approx(0, abs=0.03)

    def test_exchanging_the_models_changes_nothing(self):
        truth, ours, theirs = [1, 0, 1], [0.2, 0.7, 0.9], [0.4, 0.1, 0.6]
        assert capa(truth, ours, theirs) == pytest.approx(capa(truth, theirs, ours))

    def test_masked_rows_change_nothing(self):
        assert capa([1, 0, NAN, 1], [0.8, 0.4, 0.9, NAN], [0.6, 0.2, 0.1, 0.3]) == capa(
            [1, 0], [0.8, 0.4], [0.6, 0.2]
        )

    @pytest.mark.parametrize("rows", [([], [], []), ([1, 0], [1, 0], [1, 0])])
    def test_without_mistakes_there_is_no_overlap_of_them(self, rows):
        assert np.isnan(capa(*rows))

    def test_needs_probabilities(self):
        with pytest.raises(InputError):
            capa([1], [2.0], [0.5])


class TestSharedMistakes:
    def test_counts_who_is_wrong_where(self):
        found = shared_mistakes([1, 1, 1, 1, 0], [0, 0, 1, 1, 0], [0, 1, 0, 1, 1])
        assert (found.both, found.only_ours, found.only_theirs) == (1, 1, 2)

    def test_rows_that_only_one_decided_are_left_out(self):
        found = shared_mistakes([1, 1, NAN], [0, 0, 1], [0, NAN, 0])
        assert (found.both, found.only_ours, found.only_theirs) == (1, 0, 0)
