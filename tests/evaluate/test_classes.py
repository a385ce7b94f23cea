import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from comity.evaluate.classes import accuracy, macro_f1

NAN = float("nan")

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=50)


@given(rows)
def test_accuracy_is_that_of_scikit_learn(rows):
    truth, predicted = np.array(rows).T
    assert accuracy(truth, predicted) == pytest.approx(accuracy_score(truth, predicted))


@given(rows)
def test_macro_f1_is_that_of_scikit_learn(rows):
    truth, predicted = np.array(rows).T
    assert macro_f1(truth, predicted) == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_a_small_class_counts_as_much_as_a_large_one():
    truth, predicted = [0] * 98 + [1, 2], [0] * 100
    assert accuracy(truth, predicted) == 0.98
    assert macro_f1(truth, predicted) == pytest.approx((2 * 98 / 198) / 3)


@pytest.mark.parametrize("metric", [accuracy, macro_f1])
def test_rows_that_nobody_judged_change_nothing(metric):
    assert metric([0, 1, 1, NAN, 2], [0, 1, 0, 1, NAN]) == metric([0, 1, 1], [0, 1, 0])


@pytest.mark.parametrize("metric", [accuracy, macro_f1])
def test_no_rows_define_nothing(metric):
    assert np.isnan(metric([NAN], [1]))
