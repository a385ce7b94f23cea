import numpy as np
import pytest

from comity.evaluate.sections.clusters import share
from comity.evaluate.sections.functional import functional
from tests.evaluate.sections.made import cases


def _rows(count, **fields):
    return [fields] * count


def _functional(rows, scores, **options):
    made = cases(rows, "hate")
    fields = {"functionality_field": "functionality"} | options
    return functional(made, "hate", np.array(scores, float), 0.5, "calibration", **fields)


def test_accuracy_of_a_functionality_is_the_share_decided_as_its_cases_were_meant():
    rows = _rows(40, functionality="threat", hate=1) + _rows(50, functionality="counter-speech", hate=0)
    found = _functional(rows, [0.9] * 30 + [0.1] * 10 + [0.9] * 20 + [0.1] * 30)
    threat, counter_speech = found.functionalities
    assert (threat.functionality, threat.expected, threat.rows) == ("threat", True, 40)
    assert threat.accuracy.value == pytest.approx(30 / 40)
    assert (counter_speech.expected, counter_speech.accuracy.value) == (False, pytest.approx(30 / 50))
    assert found.accuracy.value == pytest.approx(60 / 90)
    assert found.macro_f1.value == pytest.approx(
        (60 / 90 + 60 / 90) / 2
    )  # 30 of 30+20+10 each way, twice over


def test_fewer_than_30_cases_give_no_accuracy():
    found = _functional(_rows(29, functionality="threat", hate=1), [0.9] * 29)
    assert found.functionalities[0].rows == 29
    assert found.functionalities[0].accuracy is None
    assert found.accuracy is None
    assert found.macro_f1 is None


def test_a_functionality_of_both_classes_becomes_two():
    rows = _rows(30, functionality="emoji", hate=1) + _rows(30, functionality="emoji", hate=0)
    found = _functional(rows, [0.9] * 60)
    assert [(test.functionality, test.accuracy.value) for test in found.functionalities] == [
        ("emoji (hateful)", 1.0),
        ("emoji (non-hateful)", 0.0),
    ]


def test_cases_that_the_subject_did_not_judge_count_as_not_flagged():
    rows = _rows(30, functionality="threat", hate=1) + _rows(30, functionality="praise", hate=0)
    found = _functional(rows, [np.nan] * 60)
    assert [test.accuracy.value for test in found.functionalities] == [0.0, 1.0]


def test_cases_without_an_annotation_are_left_out():
    rows = _rows(30, functionality="threat", hate=1) + _rows(5, functionality="threat", hate=None)
    assert _functional(rows, [0.9] * 35).functionalities[0].rows == 30


def test_each_functionality_is_also_told_by_target_group():
    rows = [
        {"functionality": "threat", "hate": 1, "target": target}
        for target in ["women"] * 30 + ["migrants"] * 31
    ]
    found = _functional(rows, [0.9] * 30 + [0.1] * 31, group_field="target")
    assert [(test.group, test.rows, test.accuracy.value) for test in found.by_group] == [
        ("women", 30, 1.0),
        ("migrants", 31, 0.0),
    ]


def test_cases_of_one_template_widen_the_interval():
    rows = [{"functionality": "threat", "hate": 1, "template": place // 10} for place in range(100)]
    scores = [0.9] * 50 + [0.1] * 50  # every template is wholly right or wholly wrong
    alone = _functional(rows, scores).functionalities[0].accuracy
    together = _functional(rows, scores, cluster_field="template").functionalities[0].accuracy
    assert alone.value == together.value == 0.5
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_all_templates_passed_is_not_certainty():
    passed = share(np.ones(40, bool), np.arange(40) // 10)
    assert passed.value == 1.0
    assert passed.low < 0.95
