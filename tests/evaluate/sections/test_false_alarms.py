import numpy as np
import pytest

from comity.evaluate.perturb import lookalikes
from comity.evaluate.sections.false_alarms import false_alarms, lookalike_alarms
from comity.evaluate.suite import Suite
from tests.evaluate.sections.made import WordSubject, answers, cases

THRESHOLDS = {"hate": 0.5, "insult": 0.8}


def _suite(group=None):
    targets = {
        "hate": {"read": "hate", "criteria": ["hate", "hate/threatening"]},
        "insult": {"read": "insult", "criteria": ["insult"]},
    }
    scenario = {"texts": "t.yaml", "licence": "MIT", "languages": ["en"], "targets": targets, "group": group}
    return Suite.model_validate(
        {"suite": "benign", "summary": "s", "kind": "over-sensitivity", "scenario": scenario}
    )


def test_any_criterion_of_any_target_flags_a_text():
    made = cases([{"kind": "news", "hate": 0, "insult": 0}] * 40, "hate", "insult")
    said = answers(
        {
            "hate": [0.4] * 40,
            "hate/threatening": [0.6] * 4 + [0] * 36,
            "insult": [0] * 4 + [0.9] * 6 + [0.7] * 30,  # 0.7 is below the threshold for insults
        }
    )
    (news,) = false_alarms(_suite(), made, said, THRESHOLDS)
    assert (news.kind, news.rows) == ("news", 40)
    assert news.rate.value == pytest.approx(10 / 40)
    assert news.criterion == "insult"


def test_texts_that_are_not_harmless_are_left_out():
    rows = [{"kind": "news", "hate": 0}] * 30 + [{"kind": "news", "hate": 1}] * 30 + [{"kind": "news"}] * 30
    found = false_alarms(_suite(), cases(rows, "hate", "insult"), answers({"hate": [0.9] * 90}), THRESHOLDS)
    assert [(one.rows, one.rate.value) for one in found] == [(30, 1.0)]


def test_a_target_that_nobody_judged_on_a_row_raises_no_alarm_there():
    made = cases([{"kind": "news", "hate": 0}] * 30, "hate", "insult")
    (news,) = false_alarms(_suite(), made, answers({"hate": [0.1] * 30, "insult": [0.9] * 30}), THRESHOLDS)
    assert news.rate.value == 0.0


def test_rows_without_a_kind_are_told_under_the_suite():
    found = false_alarms(
        _suite(), cases([{"hate": 0}] * 30, "hate", "insult"), answers({"hate": [0.0] * 30}), THRESHOLDS
    )
    assert [(one.kind, one.rate.value, one.criterion) for one in found] == [("benign", 0.0, "")]


def test_a_subject_with_one_score_for_everything_can_raise_them_too():
    made = cases([{"hate": 0}] * 30, "hate", "insult")
    found = false_alarms(_suite(), made, answers({"*": [0.9] * 30}), THRESHOLDS)
    assert found[0].rate.value == 1.0


def test_texts_of_one_template_widen_the_interval():
    made = cases([{"hate": 0, "template": place // 10} for place in range(100)], "hate", "insult")
    said = answers({"hate": [0.9] * 50 + [0.1] * 50})
    (alone,) = false_alarms(_suite(), made, said, THRESHOLDS)
    (together,) = false_alarms(_suite("template"), made, said, THRESHOLDS)
    assert together.rate.low < alone.rate.low
    assert together.rate.high > alone.rate.high


def test_lookalikes_are_told_by_kind():
    found = lookalike_alarms(WordSubject("://"), {"insult": ["insult"]}, {"insult": 0.5})
    assert {one.kind for one in found} == {one.kind for one in lookalikes(0)}
    rates = {one.kind: one.rate.value for one in found}
    assert rates["url"] > 0.5
    assert np.mean([*rates.values()]) < 0.5
