"""What is said of a community's heads: better, worse, or not shown to be either."""

from __future__ import annotations

import numpy as np
import pytest

from comity.evaluate.metric import Interval
from comity.evaluate.resample import Difference
from comity.learn.heads_comparison import Comparison, Point, against, graded, measured

ROWS = 200
RANDOM = np.random.default_rng(0)
TRUTH = (np.arange(ROWS) % 4 == 0).astype(float)
GROUPS = np.arange(ROWS)
GOOD = np.clip(0.6 * TRUTH + 0.2 + RANDOM.normal(0, 0.05, ROWS), 0, 1)
NOISE = np.clip(0.5 + RANDOM.normal(0, 0.1, ROWS), 0, 1)


def versus(ours, theirs, by="AUPRC"):
    return against(measured("english-v2", TRUTH, theirs, GROUPS), TRUTH, ours, theirs, GROUPS, by=by)


def compared(*models, curve=(), positives=50):
    heads = measured("these heads", TRUTH, GOOD, GROUPS)
    return Comparison("insult", 800, 200, ROWS, positives, (heads, *models), None, curve)


@pytest.mark.parametrize("by", ["AUPRC", "Brier"])
def test_better_worse_and_not_shown(by):
    assert versus(GOOD, NOISE, by).verdict == "better"
    assert versus(NOISE, GOOD, by).verdict == "worse"
    assert versus(GOOD, GOOD, by).verdict == "not shown"


def test_ahead_is_positive_also_where_lower_is_better():
    ahead = versus(GOOD, NOISE, "Brier").ahead
    assert 0 < ahead.low <= ahead.value <= ahead.high


def test_heads_that_are_not_better_are_said_to_be_so():
    told = compared(versus(GOOD, GOOD), versus(NOISE, GOOD)).told
    assert told[0].startswith("NOT shown to be better than english-v2: AUPRC +0.000")
    assert told[1].startswith("WORSE than english-v2")
    assert "Do not use these heads" in told[1]


@pytest.mark.parametrize(
    ("gain", "told"),
    [
        (Difference(0.05, 0.02, 0.08, 0.002), "800 more would likely add some"),
        (Difference(0.01, -0.02, 0.04, 0.4), "no gain shows"),
        (Difference(-0.05, -0.08, -0.02, 0.002), "no gain shows"),
    ],
)
def test_the_last_doubling_says_whether_more_would_help(gain, told):
    auprc = Interval(0.9, 0.8, 0.95)
    curve = (Point(400, 100, auprc, None), Point(800, 200, auprc, gain))
    assert told in compared(curve=curve).told[-1]


def test_too_few_rows_say_nothing_of_more():
    assert compared().told == ("too few rows to say whether more annotations would help",)


def test_rows_of_one_kind_measure_nothing():
    assert compared(positives=0).told[0].startswith("not measured")


def test_few_rows_that_test_are_told():
    assert compared(positives=7).told[0].startswith("only 7 rows of one kind test")


def test_grades_are_compared_with_the_middle_one():
    truth = np.array([0.0, 0, 0, 1, 3, 2])
    found = graded(truth, np.array([0.0, 0, 1, 1, 3, 1]), np.arange(6))
    assert found.heads.value == pytest.approx(2 / 6)
    assert found.always == pytest.approx(np.abs(truth - 0.5).mean())
