"""The gate fails on what is surely worse, and on nothing else."""

from __future__ import annotations

import pytest

from comity.errors import InputError
from comity.evaluate.gate import Limits, gate, read_limits
from comity.models.card import Measured
from tests.evaluate.report.made import every_section, report, run_folder, scored


@pytest.fixture
def write(tmp_path):
    """Writes a report file, without row scores."""

    def write(name, made):
        path = tmp_path / f"{name}.json"
        path.write_text(made.model_dump_json(), encoding="utf-8")
        return path

    return write


def failures(found):
    return [(verdict.place, verdict.measure) for verdict in found.verdicts if not verdict.passed]


def with_rate(rate, rows=400):
    """The over-sensitivity suite with another rate of false alarms."""
    suite = every_section()[4]
    half = 1 / rows**0.5
    measured = Measured(value=rate, low=max(0, rate - half), high=min(1, rate + half))
    alarms = (suite.false_alarms[0].model_copy(update={"rate": measured}),)
    return report((suite.model_copy(update={"false_alarms": alarms}),))


def test_a_run_passes_against_itself(tmp_path):
    run = run_folder(tmp_path, scored())
    found = gate(run.path, run.path)
    assert found.passed
    assert {verdict.why for verdict in found.verdicts} == {"no worse: +0.000"}


def test_a_sure_regression_fails(tmp_path):
    good = run_folder(tmp_path / "good", scored(judge=1, skill=3))
    bad = run_folder(tmp_path / "bad", scored(judge=2, skill=1))
    assert failures(gate(bad.path, good.path)) == [
        ("forum/toxicity", "auprc"),
        ("forum/toxicity", "roc_auc"),
        ("forum/toxicity", "f1"),
    ]
    assert gate(good.path, bad.path).passed


def test_a_difference_that_may_be_chance_passes(tmp_path):
    one = run_folder(tmp_path / "one", scored(rows=100, judge=1, skill=1.5))
    other = run_folder(tmp_path / "other", scored(rows=100, judge=2, skill=1.4))
    assert gate(one.path, other.path).passed
    assert gate(other.path, one.path).passed


def test_a_sure_but_small_regression_is_tolerated(tmp_path):
    good = run_folder(tmp_path / "good", scored(judge=1, skill=3))
    bad = run_folder(tmp_path / "bad", scored(judge=2, skill=1))
    assert gate(bad.path, good.path, tolerance=0.9).passed


def test_row_scores_show_regressions_that_intervals_cannot(tmp_path):
    good = run_folder(tmp_path / "good", scored(rows=400, skill=2))
    result, rows = scored(rows=400, skill=1.7)
    bad = run_folder(tmp_path / "bad", (result, rows))
    paired = gate(bad.path, good.path)
    by_intervals = gate(bad.path / "report.json", good.path / "report.json")
    assert ("forum/toxicity", "roc_auc") in failures(paired)
    assert by_intervals.passed
    assert [verdict.measure for verdict in by_intervals.verdicts] == ["auprc", "roc_auc", "f1"]


def test_more_false_alarms_are_a_regression_and_fewer_are_not(write):
    few, many = write("few", with_rate(0.1)), write("many", with_rate(0.5))
    assert failures(gate(many, few)) == [("alarming-but-fine/harmless/medical", "flagged")]
    assert gate(few, many).passed


def test_every_section_with_intervals_is_gated(write):
    found = gate(write("a", report()), write("b", report()))
    places = {verdict.place for verdict in found.verdicts}
    assert {
        "forum-posts/toxicity",
        "forum-posts/classes",
        "functional-tests/functional",
        "functional-tests/functional/negate_neg",
        "disguised-posts/disguise/leet-3",
        "alarming-but-fine/harmless/medical",
        "many-annotators/rule/no-insults",
    } <= places


def test_precision_and_recall_may_trade_against_each_other(write):
    found = gate(write("a", report()), write("b", report()))
    of_targets = {verdict.measure for verdict in found.verdicts if verdict.place == "forum-posts/toxicity"}
    assert of_targets == {"auprc", "roc_auc", "f1"}


def test_what_one_side_lacks_is_named(write):
    suites = every_section()
    found = gate(write("a", report(suites[:1])), write("b", report(suites[:2])))
    assert found.passed
    assert (found.only_in_run, found.not_in_run) == ((), ("prompts/harmful",))


@pytest.mark.parametrize(
    ("limits", "passes"),
    [
        ({"minimum": {"forum-posts/toxicity": {"auprc": 0.5}}}, True),
        ({"minimum": {"forum-posts/toxicity": {"auprc": 0.9}}}, False),
        ({"maximum": {"forum-posts/toxicity": {"false_positive_rate": 0.3}}}, True),
        ({"maximum": {"alarming-but-fine/harmless/counter-speech": {"flagged": 0.3}}}, False),
        ({"minimum": {"no-such-suite/toxicity": {"auprc": 0.1}}}, False),
        ({"minimum": {"forum-posts/sexual": {"auprc": 0.1}}}, False),  # 20 rows
    ],
)
def test_a_limit_is_held_against_the_number(write, limits, passes):
    assert gate(write("run", report()), limits=Limits(**limits)).passed == passes


def test_limits_are_read_from_yaml(tmp_path):
    path = tmp_path / "limits.yaml"
    path.write_text("minimum:\n  forum/toxicity: {auprc: 0.8, f1: 0.7}\n", encoding="utf-8")
    assert read_limits(path).minimum == {"forum/toxicity": {"auprc": 0.8, "f1": 0.7}}


@pytest.mark.parametrize("text", ["minimal: {}", "minimum: [1]", "minimum: {a: {b: high}}", "- ]", "\0"])
def test_wrong_limits_are_refused_with_their_place(tmp_path, text):
    path = tmp_path / "limits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_limits(path)
    assert refused.value.where == str(path)


def test_a_gate_with_nothing_to_judge_is_refused(write):
    with pytest.raises(InputError, match="nothing to judge"):
        gate(write("run", report()))


def test_a_missing_report_is_refused(tmp_path):
    with pytest.raises(InputError, match="no report"):
        gate(tmp_path / "nothing.json", tmp_path / "nothing.json")
