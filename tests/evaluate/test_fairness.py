import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from comity.evaluate.fairness import BiasAucs, Gap, bias_aucs, bias_score, gap, group_errors, power_mean
from comity.evaluate.metrics import rate, roc_auc

NAN = float("nan")


class TestErrors:
    truth = np.array([0.0] * 40 + [1.0] * 40 + [0.0] * 40 + [1.0] * 10)
    scores = np.array([0.9] * 10 + [0.1] * 30 + [0.9] * 30 + [0.1] * 10 + [0.1] * 40 + [0.9] * 10)
    first = np.arange(130) < 80

    def found(self, **more):
        return group_errors(
            self.truth, self.scores, 0.5, {"first": self.first, "second": ~self.first, **more}
        )

    def test_false_positives_are_counted_among_negatives_and_false_negatives_among_positives(self):
        first = self.found()["first"]
        assert (first.negatives, first.false_positive_rate) == (40, rate(10, 40))
        assert (first.positives, first.false_negative_rate) == (40, rate(10, 40))

    def test_fewer_than_thirty_of_a_class_have_no_rate(self):
        second = self.found()["second"]
        assert second.false_positive_rate == rate(0, 40)
        assert (second.positives, second.false_negative_rate) == (10, None)

    def test_a_row_may_belong_to_several_groups_or_to_none(self):
        everybody, unknown = np.ones(130), np.full(130, NAN)
        found = self.found(everybody=everybody, unknown=unknown)
        assert (found["everybody"].positives, found["everybody"].negatives) == (50, 80)
        assert (found["unknown"].positives, found["unknown"].negatives) == (0, 0)

    def test_masked_rows_change_nothing(self):
        truth, scores = np.append(self.truth, [NAN, 0]), np.append(self.scores, [0.9, NAN])
        masked = group_errors(truth, scores, 0.5, {"first": np.append(self.first, [True, True])})
        assert masked["first"] == self.found()["first"]

    def test_the_gap_lies_between_the_groups_with_the_largest_and_the_smallest_rate(self):
        rates = {"a": rate(8, 40), "b": rate(2, 40), "c": rate(4, 40), "few": None}
        assert gap(rates) == Gap(pytest.approx(0.15), "a", "b")

    def test_one_group_alone_has_no_gap(self):
        assert gap({"a": rate(8, 40), "few": None}) is None


class TestBiasAucs:
    random = np.random.default_rng(6)
    truth = (random.random(400) < 0.4).astype(float)
    scores = random.normal(truth, 1)
    group = random.random(400) < 0.3
    found = bias_aucs(truth, scores, {"group": group})["group"]

    def test_subgroup_is_the_area_within_the_group(self):
        expected = roc_auc_score(self.truth[self.group], self.scores[self.group])
        assert self.found.subgroup == pytest.approx(expected)

    def test_bpsn_sets_the_groups_negatives_against_the_backgrounds_positives(self):
        kept = self.group != (self.truth == 1)
        assert self.found.bpsn == pytest.approx(roc_auc_score(self.truth[kept], self.scores[kept]))

    def test_bnsp_sets_the_groups_positives_against_the_backgrounds_negatives(self):
        kept = self.group == (self.truth == 1)
        assert self.found.bnsp == pytest.approx(roc_auc_score(self.truth[kept], self.scores[kept]))

    def test_scores_that_rise_at_a_mere_mention_lower_bpsn_and_raise_bnsp(self):
        biased = bias_aucs(self.truth, self.scores + self.group, {"group": self.group})["group"]
        assert biased.subgroup == pytest.approx(self.found.subgroup)
        assert biased.bpsn < self.found.bpsn - 0.1
        assert biased.bnsp > self.found.bnsp + 0.1

    def test_rows_of_which_nobody_said_are_not_background(self):
        truth, scores = np.append(self.truth, [0] * 50), np.append(self.scores, [9] * 50)
        group = np.append(self.group.astype(float), [NAN] * 50)
        assert bias_aucs(truth, scores, {"group": group})["group"] == self.found

    def test_an_identity_with_fewer_than_thirty_rows_has_no_number(self):
        few = bias_aucs(self.truth, self.scores, {"few": np.arange(400) < 29})["few"]
        assert few.rows == 29
        assert np.isnan([few.subgroup, few.bpsn, few.bnsp]).all()

    def test_the_score_is_a_quarter_of_each_part(self):
        identities = [BiasAucs(50, 0.9, 0.8, 0.95), BiasAucs(50, 0.7, 0.85, 0.9)]
        parts = [roc_auc(self.truth, self.scores), power_mean([0.9, 0.7]), power_mean([0.8, 0.85])]
        parts.append(power_mean([0.95, 0.9]))
        assert bias_score(parts[0], identities) == pytest.approx(sum(parts) / 4)


class TestPowerMean:
    def test_of_one_half_and_one_by_hand(self):
        assert power_mean([0.5, 1.0]) == pytest.approx(((32 + 1) / 2) ** (-1 / 5))

    @given(st.lists(st.floats(0.1, 1), min_size=1, max_size=9))
    def test_lies_between_the_smallest_and_the_mean(self, values):
        assert min(values) - 1e-9 <= power_mean(values) <= np.mean(values) + 1e-9

    def test_what_is_undefined_is_left_out(self):
        assert power_mean([0.8, NAN]) == pytest.approx(0.8)
        assert np.isnan(power_mean([NAN]))

    def test_one_zero_makes_it_zero(self):
        assert power_mean([0.0, 0.9]) == 0
