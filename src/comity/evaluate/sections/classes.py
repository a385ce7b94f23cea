"""Which of several classes? A multinomial logistic rule over a subject's scores, fitted on the calibration half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.cases import Cases
from comity.evaluate.classes import accuracy, macro_f1
from comity.evaluate.measure import measured
from comity.evaluate.metrics import FEWEST, Floats
from comity.evaluate.reading import Scalar
from comity.evaluate.resample import interval_of
from comity.evaluate.result import ClassesResult
from comity.evaluate.sections.logistic_rule import LogisticRule
from comity.evaluate.subject import Answers
from comity.evaluate.suite import Classes

_SURE = 1e-6
_Places = NDArray[np.intp]


def classes(
    question: Classes, calibration: Cases, calibration_answers: Answers, test: Cases, test_answers: Answers
) -> ClassesResult:
    """Accuracy and macro-F1 on the test rows whose field is one of the question's values.

    The rule reads the log-odds of every criterion that the subject judges on both halves, standardised; a missing
    score counts as an average one. A class that the calibration half lacks is never answered. Nothing is measured with
    fewer than 30 rows on either half, or only one class to learn.
    """
    fitting, fitted_class = _known(calibration, question)
    rows, true_class = _known(test, question)
    learnt = np.unique(fitted_class)
    values = tuple(str(value) for value in question.values)
    if min(fitting.size, rows.size) < FEWEST or learnt.size < 2:
        return ClassesResult(values=values, rows=rows.size, fitted_on=fitting.size)
    criteria = sorted({*calibration_answers.scores} & {*test_answers.scores})
    known, asked = _log_odds(calibration_answers, criteria, fitting), _log_odds(test_answers, criteria, rows)
    rule = LogisticRule.fit(_standard(known, known), np.searchsorted(learnt, fitted_class), learnt.size)
    answered = learnt[rule.probabilities(_standard(asked, known)).argmax(axis=1)]
    return ClassesResult(
        values=values,
        rows=rows.size,
        fitted_on=fitting.size,
        accuracy=measured(interval_of(lambda drawn: accuracy(true_class[drawn], answered[drawn]), rows.size)),
        macro_f1=measured(interval_of(lambda drawn: macro_f1(true_class[drawn], answered[drawn]), rows.size)),
        majority_accuracy=float(np.bincount(true_class).max() / rows.size),
    )


def _known(cases: Cases, question: Classes) -> tuple[_Places, _Places]:
    """The rows that have one of the values, and the place of that value."""
    places: dict[Scalar, int] = {value: place for place, value in enumerate(question.values)}
    found = [
        places.get(value, -1) if isinstance(value, Scalar) else -1 for value in cases.field(question.field)
    ]
    of_rows = np.array(found, np.intp)
    rows = np.flatnonzero(of_rows >= 0)
    return rows, of_rows[rows]


def _log_odds(answers: Answers, criteria: Sequence[str], rows: _Places) -> Floats:
    """float (rows, criteria)."""
    if not criteria:
        return np.zeros((rows.size, 0))
    scores = np.clip(
        np.stack([answers.scores[criterion][rows] for criterion in criteria], 1), _SURE, 1 - _SURE
    )
    odds: Floats = np.log(scores / (1 - scores))
    return odds


def _standard(odds: Floats, known: Floats) -> Floats:
    """With the mean and deviation of `known`; a criterion that never varies there, or is missing, is 0."""
    count = np.maximum(np.isfinite(known).sum(axis=0), 1)
    mean = np.nansum(known, axis=0) / count
    deviation = np.sqrt(np.nansum((known - mean) ** 2, axis=0) / count)
    varies = deviation > 0
    standard: Floats = np.nan_to_num((odds - mean) / np.where(varies, deviation, 1)) * varies
    return standard
