from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, log_loss

from comity.errors import InputError
from comity.evaluate.agreement import agreement_matrix, cohens_kappa, group_agreement, soft_cross_entropy
from comity.evaluate.metrics import rate

NAN = float("nan")

codes = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40)


class TestKappa:
    @given(codes.filter(lambda rows: len({code for row in rows for code in row}) > 1))
    def test_is_that_of_scikit_learn(self, rows):
        first, second = np.array(rows).T
        assert cohens_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))

    def test_of_twenty_and_fifteen_in_fifty_by_hand(self):
        first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
        second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
        assert cohens_kappa(first, second) == pytest.approx((0.7 - 0.5) / 0.5)

    def test_of_raters_who_never_vary_is_undefined(self):
        assert np.isnan(cohens_kappa([1, 1], [1, 1]))

    def test_of_raters_with_no_item_in_common_is_undefined(self):
        assert np.isnan(cohens_kappa([1, NAN], [NAN, 1]))


class TestMatrix:
    ratings = {  # noqa: RUF012
        "ann": np.tile([1.0, 0.0], 30),
        "ben": np.array([1.0, 0.0] * 20 + [0.0, 1.0] * 10),
        "model": np.array([1.0, 0.0] * 14 + [NAN] * 32),
    }
    found = agreement_matrix(ratings)

    def test_names_its_rows_and_columns(self):
        assert self.found.raters == ("ann", "ben", "model")

    def test_holds_the_kappa_of_each_pair(self):
        assert self.found.kappa[0, 1] == self.found.kappa[1, 0] == pytest.approx((40 / 60 - 0.5) / 0.5)

    def test_a_rater_agrees_with_themselves(self):
        assert self.found.kappa[1, 1] == 1

    def test_fewer_than_thirty_items_in_common_give_no_number(self):
        assert np.isnan(self.found.kappa[2]).all()
        assert np.isnan(self.found.kappa[:, 2]).all()


class TestSoftCrossEntropy:
    def test_of_three_in_four_against_a_half_is_the_logarithm_of_two(self):
        assert soft_cross_entropy([0.75], [0.5]) == pytest.approx(log(2))

    @given(st.lists(st.tuples(st.integers(0, 4), st.floats(0.01, 0.99)), min_size=1, max_size=20))
    def test_is_the_log_loss_of_each_annotator_as_a_row_of_their_own(self, rows):
        votes = [(float(vote < yes), score) for yes, score in rows for vote in range(4)]
        truth, scores = zip(*votes, strict=True)
        shares = [yes / 4 for yes, _ in rows]
        expected = log_loss(truth, scores, labels=[0, 1])
        assert soft_cross_entropy(shares, [score for _, score in rows]) == pytest.approx(expected)

    @given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
    def test_no_score_beats_the_shares_themselves(self, rows):
        shares, scores = zip(*rows, strict=True)
        assert soft_cross_entropy(shares, shares) <= soft_cross_entropy(shares, scores) + 1e-9

    def test_certainty_that_was_wrong_costs_much_but_not_everything(self):
        assert soft_cross_entropy([1.0], [0.0]) == pytest.approx(-log(1e-6))

    def test_masked_rows_change_nothing(self):
        assert soft_cross_entropy([0.2, NAN, 0.4], [0.3, 0.9, NAN]) == soft_cross_entropy([0.2], [0.3])

    def test_no_rows_define_nothing(self):
        assert np.isnan(soft_cross_entropy([NAN], [0.3]))

    def test_needs_probabilities(self):
        with pytest.raises(InputError):
            soft_cross_entropy([0.5], [-2.0])


class TestGroups:
    scores = np.tile([0.9, 0.1], 30)
    groups = {  # noqa: RUF012
        "likeminded": np.tile([1.0, 0.2], 30),
        "opposed": np.tile([0.0, 1.0], 30),
        "halfway": np.array([0.5, 0.0] * 10 + [0.0, 1.0] * 10 + [NAN] * 20),
        "few": np.array([1.0] * 29 + [NAN] * 31),
    }
    found = group_agreement(groups, scores, 0.5)

    def test_agreement_with_what_most_of_the_group_say(self):
        assert self.found["likeminded"].agreement == rate(60, 60)
        assert self.found["opposed"].agreement == rate(0, 60)

    def test_items_that_nobody_of_the_group_saw_do_not_count(self):
        assert self.found["halfway"].items == 40
        assert self.found["halfway"].agreement == rate(20, 40)
        assert self.found["halfway"].kappa == pytest.approx(0)

    def test_fewer_than_thirty_items_give_no_number(self):
        few = self.found["few"]
        assert (few.items, few.agreement) == (29, None)
        assert np.isnan(few.kappa)
