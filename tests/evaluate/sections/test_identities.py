import numpy as np
import pytest

from comity.evaluate.sections.identities import identities
from tests.evaluate.sections.made import cases

NAN = float("nan")


def test_harmless_mentions_that_score_high_show_in_bpsn():
    # Harmless mentions score above attacks that mention nobody; attacks on the identity score highest.
    rows = (
        [{"hate": 1, "muslim": 1}] * 20
        + [{"hate": 0, "muslim": 1}] * 20
        + [{"hate": 1, "muslim": 0}] * 20
        + [{"hate": 0, "muslim": 0}] * 20
    )
    scores = np.repeat([0.9, 0.8, 0.6, 0.1], 20)
    (muslim,) = identities(cases(rows, "hate"), ["muslim"], "hate", scores)
    assert (muslim.identity, muslim.rows) == ("muslim", 40)
    assert (muslim.subgroup_auc, muslim.bpsn_auc, muslim.bnsp_auc) == (1.0, 0.0, 1.0)


def test_each_name_in_a_field_is_an_identity():
    rows = [{"hate": place % 2, "target": name} for name in ["women", "migrants"] for place in range(30)]
    found = identities(cases(rows, "hate"), ["target"], "hate", np.tile([0.2, 0.7], 30))
    assert [(one.identity, one.rows, one.subgroup_auc) for one in found] == [
        ("women", 30, pytest.approx(1.0)),
        ("migrants", 30, pytest.approx(1.0)),
    ]


def test_a_row_that_says_nothing_of_an_identity_is_nobodys_background():
    rows = [{"hate": place % 2, "women": 1} for place in range(30)] + [{"hate": 0}] * 30
    (women,) = identities(cases(rows, "hate"), ["women"], "hate", np.r_[np.tile([0.2, 0.7], 15), np.ones(30)])
    # Without background positives and negatives, all that is left is the subgroup.
    assert women.rows == 30
    assert women.bnsp_auc is None


def test_fewer_than_30_rows_give_no_auc():
    rows = [{"hate": place % 2, "women": 1} for place in range(29)]
    (women,) = identities(cases(rows, "hate"), ["women"], "hate", np.linspace(0, 1, 29))
    assert women.subgroup_auc is None
