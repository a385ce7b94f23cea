import numpy as np
import pytest

from comity.evaluate.sections.slices import slices
from tests.evaluate.sections.made import cases


def test_error_rates_by_hand():
    rows = [{"lang": "en", "hate": 1}] * 40 + [{"lang": "en", "hate": 0}] * 50
    scores = [0.9] * 30 + [0.1] * 10 + [0.8] * 5 + [0.2] * 45
    (english,) = slices(cases(rows, "hate"), ["lang"], "hate", np.array(scores), 0.5)
    assert (english.field, english.value, english.rows, english.positives) == ("lang", "en", 90, 40)
    assert english.false_negative_rate.value == pytest.approx(10 / 40)
    assert english.false_positive_rate.value == pytest.approx(5 / 50)
    # 30 positives beat all, 10 lose to all.
    assert english.roc_auc == pytest.approx(30 / 40)


def test_no_rate_for_fewer_than_30_of_a_class():
    rows = [{"lang": "en", "hate": 1}] * 29 + [{"lang": "en", "hate": 0}] * 30
    (english,) = slices(cases(rows, "hate"), ["lang"], "hate", np.full(59, 0.9), 0.5)
    assert english.false_negative_rate is None
    assert english.false_positive_rate.value == 1.0


def test_small_values_are_summed_up_as_other():
    rows = [{"lang": lang, "hate": 0} for lang in ["en"] * 10 + ["de"] * 9 + ["fr"] * 8]
    found = slices(cases(rows, "hate"), ["lang"], "hate", np.zeros(27), 0.5)
    assert [(one.value, one.rows) for one in found] == [("en", 10), ("other", 17)]


def test_at_most_40_values_are_told_apart():
    rows = [{"topic": f"topic-{place % 45}", "hate": 0} for place in range(45 * 10)]
    found = slices(cases(rows, "hate"), ["topic"], "hate", np.zeros(450), 0.5)
    assert len(found) == 41
    assert (found[-1].value, found[-1].rows) == ("other", 50)


def test_a_row_with_a_list_is_in_each_of_its_slices():
    rows = [{"group": ["women", "migrants"], "hate": 0}] * 10 + [{"group": ["women"], "hate": 0}] * 10
    found = slices(cases(rows, "hate"), ["group"], "hate", np.zeros(20), 0.5)
    assert {one.value: one.rows for one in found} == {"women": 20, "migrants": 10}


def test_rows_without_an_annotation_are_in_no_slice():
    rows = [{"lang": "en", "hate": None}] * 20 + [{"lang": "en", "hate": 0}] * 12
    (english,) = slices(cases(rows, "hate"), ["lang"], "hate", np.zeros(32), 0.5)
    assert english.rows == 12


def test_rows_that_the_subject_did_not_judge_count_as_not_flagged():
    rows = [{"lang": "en", "hate": 1}] * 30
    (english,) = slices(cases(rows, "hate"), ["lang"], "hate", np.full(30, np.nan), 0.5)
    assert english.false_negative_rate.value == 1.0
    assert english.roc_auc is None
