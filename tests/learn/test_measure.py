import numpy as np
import pytest

from comity.learn.measure import false_alarms, results
from comity.learn.recipe import read_recipe
from comity.learn.rows import Rows

NAN = float("nan")


@pytest.fixture
def recipe(workshop):
    workshop.add("taught", [])
    workshop.add("new", [], use="evaluate")
    return read_recipe(workshop.write())


def rows(source, annotations):
    annotations = np.array(annotations, np.float32)
    texts = [f"text {i}" for i in range(len(annotations))]
    return Rows(
        texts,
        annotations,
        np.full(len(annotations), source),
        texts,
        contexts=[""] * len(texts),
        spans=[None] * len(texts),
    )


def test_each_source_and_criterion_with_enough_rows_gets_a_result(recipe):
    test = rows("new", [[1, NAN]] * 15 + [[0, NAN]] * 45)
    scores = np.linspace(1, 0, 60, dtype=np.float32)[:, None].repeat(2, axis=1)
    (result,) = results(recipe, test, scores, scores[::-1])
    assert (result.source, result.label, result.rows, result.prevalence) == ("new", "insult", 60, 0.25)
    assert (result.roc_auc.value, result.baseline_roc_auc) == (1, 0)
    assert not result.seen


def test_a_source_with_training_rows_counts_as_seen(recipe):
    test = rows("taught", [[1, NAN], [0, NAN]] * 20)
    scores = np.zeros((40, 2), np.float32)
    assert results(recipe, test, scores, scores)[0].seen


def test_fourteen_positives_are_too_few(recipe):
    test = rows("new", [[1, NAN]] * 14 + [[0, NAN]] * 45)
    scores = np.zeros((59, 2), np.float32)
    assert results(recipe, test, scores, scores) == ()


def test_with_thresholds_decisions_are_measured_beside_two_floors(recipe):
    test = rows("new", [[1, NAN]] * 20 + [[0, NAN]] * 40)
    scores = (
        np.concatenate([np.full(25, 0.7), np.full(35, 0.2)]).astype(np.float32)[:, None].repeat(2, axis=1)
    )
    nothing_listed = np.zeros((60, 2), np.float32)
    (result,) = results(recipe, test, scores, nothing_listed, [0.6, 0.5])
    assert result.decided.threshold == 0.6
    assert result.decided.f1.value == pytest.approx(2 * 20 / (2 * 20 + 5), abs=1e-3)
    assert result.decided.f1.low < result.decided.f1.value < result.decided.f1.high
    assert result.decided.macro_f1.value == pytest.approx((40 / 45 + 70 / 75) / 2, abs=1e-3)
    assert result.decided.majority_macro_f1 == result.decided.baseline_macro_f1 == pytest.approx(0.4)


def test_false_alarms_count_the_highest_score_of_wholly_harmless_rows():
    test = rows("templates/everyday", [[0, 0]] * 100 + [[0, NAN]] * 50)
    scores = np.zeros((150, 2), np.float32)
    scores[:10, 1], scores[:2, 0] = 0.6, 0.9
    (alarms,) = false_alarms(test, scores)
    assert (alarms.source, alarms.rows, alarms.at_50, alarms.at_80) == ("templates", 100, 0.1, 0.02)
