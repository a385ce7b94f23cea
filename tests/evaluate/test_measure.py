"""One target measured: what is counted, and what is not."""

import numpy as np
import pytest

from comity.evaluate.measure import Sample, fixed_threshold, measure
from comity.evaluate.suite import Target
from tests.evaluate.sections.made import answers, cases

TARGET = Target(read="insult", criteria=("insult",))
RANDOM = np.random.default_rng(3)
ROWS = 400
TRUTH = (RANDOM.random(ROWS) < 0.3).astype(float)
SCORE = np.clip(0.35 * TRUTH + RANDOM.random(ROWS) * 0.65, 0, 1)


def measured(truth=TRUTH, score=SCORE, calibration=None, flagged=None):
    made = cases([{"insult": None if np.isnan(value) else value} for value in truth], "insult")
    given = answers({"insult": score}, flagged=flagged)
    return measure("insult", TARGET, made, given, Sample(truth, score), calibration)


def test_rows_without_an_annotation_are_masked_not_negative():
    truth = np.where(np.arange(ROWS) < 100, np.nan, TRUTH)
    found = measured(truth)
    assert (found.rows, found.masked) == (300, 100)
    assert found.auprc == measured(truth[100:], SCORE[100:]).auprc


def test_a_row_that_was_not_judged_is_left_out_of_ranking_and_missed_in_operation():
    score = np.where(np.arange(ROWS) < 100, np.nan, SCORE)
    found = measured(score=score)
    assert found.unjudged == 100
    assert found.roc_auc == measured(TRUTH[100:], SCORE[100:]).roc_auc
    assert found.operating.recall.value < measured(TRUTH[100:], SCORE[100:]).operating.recall.value


def test_the_threshold_comes_from_the_calibration_half_and_says_so():
    half = Sample(TRUTH[:200], SCORE[:200])
    found = measured(TRUTH[200:], SCORE[200:], half)
    assert found.operating.threshold == fixed_threshold(half).value
    assert "calibration half (200 rows)" in found.operating.source


@pytest.mark.parametrize("pairs", [None, 0, 14])
def test_too_few_calibration_rows_of_a_class_fix_no_threshold(pairs):
    """Pairs of a positive and a negative; None is a subject that judges nothing of the calibration rows."""
    half = None if pairs is None else Sample(np.array([1.0, 0.0] * pairs), np.linspace(0, 1, 2 * pairs))
    found = measured(calibration=half).operating
    assert (found.threshold, found.source) == (0.5, "as given: too few calibration rows of a class")


def test_fifteen_calibration_rows_of_each_class_fix_one():
    half = Sample(np.array([1.0, 0.0] * 15), np.linspace(0, 1, 30))
    assert fixed_threshold(half).source == "best F1 on the calibration half (30 rows)"


def test_the_oracle_is_never_worse_and_is_named():
    found = measured(TRUTH[200:], SCORE[200:], Sample(TRUTH[:200], SCORE[:200]))
    assert found.oracle.f1.value >= found.operating.f1.value
    assert "oracle" in found.oracle.source


def test_calibration_is_reported_before_and_after():
    found = measured(TRUTH[200:], SCORE[200:], Sample(TRUTH[:200], SCORE[:200]))
    assert found.after.ece < found.before.ece
    assert sum(part.rows for part in found.before.bins) == 200


@pytest.mark.parametrize(("rows", "printed"), [(29, False), (30, True)])
def test_nothing_is_printed_for_fewer_than_thirty_rows(rows, printed):
    truth = np.arange(rows) % 2.0
    found = measured(truth, SCORE[:rows])
    assert (found.auprc is not None) == printed
    assert (found.operating.f1 is not None) == printed
    assert (found.before is not None) == printed
    assert (found.aurc is not None) == printed
    assert bool(found.pr_curve) == bool(found.risk_coverage) == printed


def test_recall_at_a_rate_that_the_negatives_cannot_show_is_left_out():
    assert set(measured().recall_at) == {"0.05", "0.01"}


@pytest.mark.parametrize(("positives", "printed"), [(29, False), (30, True)])
def test_no_recall_is_printed_for_fewer_than_thirty_positives(positives, printed):
    found = measured((np.arange(ROWS) < positives).astype(float)).recall_at
    assert {name for name, recall in found.items() if recall} == ({"0.05", "0.01"} if printed else set())


def test_the_subjects_own_decisions_are_measured_beside_the_threshold():
    found = measured(flagged=TRUTH >= 0.5)
    assert found.decided.f1.value == 1.0
    assert found.decided.threshold is None
    assert measured().decided is None


def test_the_worst_rows_are_of_both_kinds():
    found = measured()
    assert {row.truth for row in found.worst} == {0.0, 1.0}
    assert all(abs(row.truth - row.score) > 0.5 for row in found.worst)


def test_where_there_is_nothing_to_find_f1_says_nothing():
    found = measured(np.zeros(ROWS)).operating
    assert found.f1 is None
    assert found.macro_f1 is None
    assert found.false_positive_rate is not None
