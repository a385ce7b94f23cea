from math import log

import numpy as np
import pytest

from comity.evaluate.sections.annotators import SUBJECT, annotators
from comity.evaluate.suite import Annotators
from tests.evaluate.sections.made import cases

NAN = float("nan")


def _said(**votes):
    """One row's annotations: annotator to vote."""
    return {"annotations": [{"annotator": name, "label": vote} for name, vote in votes.items()]}


def _annotators(rows, scores, **more):
    asked = Annotators(**{"target": "hate", "read": "label"} | more)
    return annotators(cases(rows), asked, np.array(scores, float), 0.5)


def test_alpha_by_hand():
    rows = [_said(ann=1, ben=1)] * 18 + [_said(ann=0, ben=0)] * 18 + [_said(ann=1, ben=0)] * 4
    found = _annotators(rows, [0.9] * 18 + [0.1] * 22)
    expected = 2 * 40 * 40 / (80 * 79)
    assert found.rows == 40
    assert found.alpha == pytest.approx(1 - (4 / 40) / expected)


def test_a_subject_that_agrees_raises_alpha_and_one_that_does_not_lowers_it():
    rows = [_said(ann=1, ben=1)] * 18 + [_said(ann=0, ben=0)] * 18 + [_said(ann=1, ben=0)] * 4
    agreeing = _annotators(rows, [0.9] * 18 + [0.1] * 22)
    contrary = _annotators(rows, [0.1] * 18 + [0.9] * 22)
    assert contrary.alpha_with_subject < agreeing.alpha < agreeing.alpha_with_subject


def test_cross_entropy_against_the_share_of_annotators_and_its_floor():
    rows = [_said(ann=1, ben=1)] * 20 + [_said(ann=1, ben=0)] * 20
    found = _annotators(rows, [0.8] * 20 + [0.5] * 20)
    assert found.cross_entropy == pytest.approx((-log(0.8) + log(2)) / 2)
    assert found.entropy == pytest.approx(log(2) / 2, abs=1e-4)


def test_rows_that_the_subject_did_not_judge_are_not_compared_with_it():
    rows = [_said(ann=1, ben=1)] * 30 + [_said(ann=0, ben=1)] * 30
    found = _annotators(rows, [0.8] * 30 + [NAN] * 30)
    assert found.rows == 60
    assert found.cross_entropy == pytest.approx(-log(0.8))
    assert found.entropy == pytest.approx(0, abs=1e-4)


def test_each_group_is_compared_by_its_own_majority():
    entries = [{"annotator": place, "gender": "woman", "label": vote} for place, vote in enumerate([1, 1, 0])]
    entries += [{"annotator": 9, "gender": "man", "label": 0}]
    found = _annotators([{"annotations": entries}] * 40, [0.9] * 30 + [0.1] * 10, by=["gender"])
    assert {one.group: (one.rows, one.agreement.value) for one in found.groups} == {
        "woman": (40, pytest.approx(30 / 40)),
        "man": (40, pytest.approx(10 / 40)),
    }


def test_the_matrix_is_of_the_subject_and_the_groups():
    def row(women, men):
        votes = [{"gender": "woman", "label": women}, {"gender": "man", "label": men}]
        return {"annotations": votes}

    rows = [row(1, 1)] * 15 + [row(0, 0)] * 15 + [row(1, 0)] * 10
    found = _annotators(rows, [0.9] * 15 + [0.1] * 15 + [0.9] * 10, by=["gender"], id=None)
    assert found.raters == (SUBJECT, "man", "woman")
    subject_man, subject_woman = found.matrix[0][1:]
    assert subject_woman == 1.0
    # 30 of 40 agree; both say yes with 15/40 and 25/40.
    chance = 15 / 40 * 25 / 40 + 25 / 40 * 15 / 40
    assert subject_man == pytest.approx((30 / 40 - chance) / (1 - chance))


def test_without_groups_the_matrix_is_of_the_busiest_annotators():
    rows = [_said(ann=place % 2, **{f"guest-{place}": 1}) for place in range(30)]
    found = _annotators(rows, [0.1, 0.9] * 15)
    assert found.raters[:2] == (SUBJECT, "ann")
    assert len(found.raters) == 13
    assert found.matrix[0][1] == 1.0
    assert found.matrix[0][2] is None  # one row in common


def test_groups_with_fewer_than_10_rows_are_left_out():
    rows = [{"annotations": [{"label": 1, "age": "old" if place < 9 else "young"}]} for place in range(40)]
    found = _annotators(rows, [0.9] * 40, by=["age"], id=None)
    assert [one.group for one in found.groups] == ["young"]


def test_nothing_is_measured_on_fewer_than_30_rows():
    found = _annotators([_said(ann=1, ben=0)] * 29, [0.9] * 29)
    assert (found.rows, found.alpha, found.cross_entropy) == (29, None, None)


def test_rows_that_nobody_annotated_do_not_count():
    assert _annotators([{}] * 40, [0.9] * 40).rows == 0


def test_no_rows_are_no_trouble():
    assert _annotators([], []).rows == 0
