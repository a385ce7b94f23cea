import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from comity.evaluate.sections.classes import classes
from comity.evaluate.suite import Classes
from tests.evaluate.sections.made import answers, cases

QUESTION = Classes(field="kind", values=("hate", "offensive", "neither"))
NAN = float("nan")


def _drawn(seed, rows=240):
    random = np.random.default_rng(seed)
    kinds = random.choice(QUESTION.values, size=rows)
    hate = np.where(kinds == "hate", 0.55, 0.35) + random.uniform(-0.15, 0.15, rows)
    insult = np.where(kinds == "neither", 0.35, 0.55) + random.uniform(-0.15, 0.15, rows)
    return cases([{"kind": kind} for kind in kinds]), answers({"hate": hate, "insult": insult})


def test_accuracy_and_macro_f1_are_those_of_scikit_learns_rule():
    calibration, test = _drawn(1), _drawn(2)
    found = classes(QUESTION, *calibration, *test)

    def odds(said):
        columns = np.stack([said.scores["hate"], said.scores["insult"]], axis=1)
        return np.log(columns / (1 - columns))

    known = odds(calibration[1])
    scaled = [(odds(said) - known.mean(axis=0)) / known.std(axis=0) for said in (calibration[1], test[1])]
    theirs = LogisticRegression().fit(scaled[0], calibration[0].field("kind")).predict(scaled[1])
    truth = np.array(test[0].field("kind"))
    assert found.accuracy.value == pytest.approx((theirs == truth).mean())
    assert found.macro_f1.value == pytest.approx(f1_score(truth, theirs, average="macro"))
    assert found.accuracy.low < found.accuracy.value < found.accuracy.high
    assert (found.rows, found.fitted_on, found.values) == (240, 240, QUESTION.values)
    assert found.majority_accuracy == pytest.approx(max(np.unique(truth, return_counts=True)[1]) / 240)


def test_rows_of_other_classes_are_left_out():
    test, said = _drawn(2)
    rows = [{"kind": kind} for kind in test.field("kind")[:200]] + [{"kind": "spam"}, {}, {"kind": ["hate"]}]
    more = answers({name: [*column[:200], 0.5, 0.5, 0.5] for name, column in said.scores.items()})
    assert classes(QUESTION, *_drawn(1), cases(rows), more).rows == 200


def test_a_row_that_was_not_judged_is_answered_as_an_average_one():
    test, said = _drawn(2)
    silent = answers({name: np.full(240, NAN) for name in said.scores})
    found = classes(QUESTION, *_drawn(1), test, silent)
    shares = np.unique(test.field("kind"), return_counts=True)[1] / 240
    assert found.accuracy.value in shares


def test_a_criterion_that_one_half_lacks_is_not_used():
    calibration, said = _drawn(1)
    less = answers({"hate": said.scores["hate"]})
    assert classes(QUESTION, calibration, less, *_drawn(2)).accuracy.value < (
        classes(QUESTION, calibration, said, *_drawn(2)).accuracy.value
    )


def test_a_subject_with_one_score_for_all_does_as_well_as_the_majority():
    kinds = cases([{"kind": kind} for kind in ["hate"] * 20 + ["neither"] * 40])
    always = answers({"*": np.ones(60)})
    found = classes(QUESTION, kinds, always, kinds, always)
    assert found.accuracy.value == pytest.approx(40 / 60)
    assert found.majority_accuracy == pytest.approx(40 / 60)


def test_a_class_that_the_calibration_half_lacks_is_never_answered():
    calibration = cases([{"kind": kind} for kind in ["hate"] * 30 + ["offensive"] * 30])
    said = answers({"hate": np.repeat([0.9, 0.1], 30)})
    test = cases([{"kind": kind} for kind in ["hate"] * 20 + ["neither"] * 20])
    found = classes(QUESTION, calibration, said, test, answers({"hate": np.repeat([0.9, 0.1], 20)}))
    assert found.accuracy.value == pytest.approx(0.5)
    assert found.macro_f1.value == pytest.approx(1 / 3)  # hate 1, neither 0, offensive 0


@pytest.mark.parametrize("rows", [29, 0])
def test_too_few_rows_to_fit_on_give_no_number(rows):
    found = classes(QUESTION, *_drawn(1, rows), *_drawn(2)) if rows else None
    empty = classes(QUESTION, cases([]), answers({"hate": []}), *_drawn(2)) if not rows else None
    result = found or empty
    assert (result.rows, result.fitted_on, result.accuracy, result.macro_f1) == (240, rows, None, None)
