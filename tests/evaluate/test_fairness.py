import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from comity.evaluate.fairness import bias_aucs

NAN = float("nan")


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
