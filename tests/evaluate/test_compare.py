"""Two runs on the same rows: paired, on what both have, corrected for the number of tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from comity.errors import InputError
from comity.evaluate.compare import Comparison, compare, holm, two_sided
from comity.evaluate.metrics import auprc, roc_auc
from tests.evaluate.report.made import run_folder, scored

chances = some.lists(some.floats(0, 1), min_size=1, max_size=20)


@pytest.fixture
def runs(tmp_path):
    """Compares a run of some suites with a run of others."""

    def runs(a, b, *, a_fields=None, b_fields=None):
        first = run_folder(tmp_path / "a", *a, **(a_fields or {}))
        second = run_folder(tmp_path / "b", *b, **(b_fields or {}))
        return compare(first, second)

    return runs


def only_target(comparison):
    return comparison.suites[0].targets[0]


def part(pair, places):
    """The suite's rows at some places only."""
    result, rows = pair
    truth, score = ({"toxicity": column["toxicity"][places]} for column in (rows.truth, rows.score))
    ids, groups = rows.ids[places], rows.groups[places]
    return result, replace(rows, ids=ids, truth=truth, score=score, groups=groups)


def masked(pair, part, places):
    """The suite's row scores with NaN at some places of the truth or the score."""
    result, rows = pair
    column = {name: values.copy() for name, values in getattr(rows, part).items()}
    for values in column.values():
        values[places] = np.nan
    return result, replace(rows, **{part: column})


def test_a_run_does_not_differ_from_itself(runs):
    found = only_target(runs([scored()], [scored()]))
    assert [contrast.difference.value for contrast in found.contrasts] == [0, 0, 0]
    assert {contrast.p_holm for contrast in found.contrasts} == {1.0}
    assert found.mistakes.only_a_right == found.mistakes.only_b_right == 0
    assert found.mistakes.consistency == 1


def test_a_clearly_better_run_is_named(runs):
    found = only_target(runs([scored(judge=1)], [scored(judge=2, skill=3)]))
    assert [contrast.measure for contrast in found.contrasts] == ["auprc", "roc_auc", "f1"]
    assert {contrast.better for contrast in found.contrasts} == {"B"}
    assert found.mistakes.only_b_right > found.mistakes.only_a_right


def test_turning_the_runs_around_turns_the_differences_around(runs, tmp_path):
    one, other = [scored(judge=1)], [scored(judge=2, skill=3)]
    there = only_target(runs(one, other))
    back = only_target(compare(run_folder(tmp_path / "c", *other), run_folder(tmp_path / "d", *one)))
    for forth, reverse in zip(there.contrasts, back.contrasts, strict=True):
        assert forth.difference.value == pytest.approx(-reverse.difference.value)
        assert (forth.better, reverse.better) == ("B", "A")


def test_the_numbers_of_either_run_are_those_of_the_metrics(runs):
    a, b = scored(judge=1), scored(judge=2)
    found = only_target(runs([a], [b]))
    truth, mine, other = (rows["toxicity"] for rows in (a[1].truth, a[1].score, b[1].score))
    assert found.contrasts[0].a == pytest.approx(auprc(truth, mine), abs=1e-4)
    assert found.contrasts[1].b == pytest.approx(roc_auc(truth, other), abs=1e-4)


def test_rows_of_one_run_only_are_counted_and_left_out(runs):
    suite = runs([part(scored(), slice(0, 500))], [part(scored(), slice(80, 600))]).suites[0]
    assert (suite.rows, suite.only_a, suite.only_b, suite.disagreeing) == (420, 80, 100, 0)
    assert suite.targets[0].rows == 420


def test_rows_with_other_annotations_are_counted_and_left_out(runs):
    result, rows = scored()
    turned = {"toxicity": np.where(np.arange(600) < 7, 1 - rows.truth["toxicity"], rows.truth["toxicity"])}
    suite = runs([(result, rows)], [(result, replace(rows, truth=turned))]).suites[0]
    assert (suite.rows, suite.disagreeing) == (593, 7)


def test_rows_are_paired_by_id_and_not_by_place(runs):
    result, rows = scored(judge=1)
    turned = replace(
        rows,
        ids=rows.ids[::-1],
        truth={"toxicity": rows.truth["toxicity"][::-1]},
        score={"toxicity": rows.score["toxicity"][::-1]},
    )
    assert only_target(runs([(result, rows)], [(result, turned)])).mistakes.consistency == 1


def test_what_one_run_did_not_judge_counts_as_not_flagged_and_is_not_ranked(runs):
    positives = np.flatnonzero(scored()[1].truth["toxicity"] > 0)[:60]
    found = only_target(runs([scored()], [masked(scored(), "score", positives)]))
    ranked, _, f1 = found.contrasts
    assert found.only_a_judged == 60
    assert ranked.difference.value == 0  # on the rows that both judged they are the same
    assert f1.better == "A"


def test_rows_that_nobody_annotated_do_not_count(runs):
    bare = [masked(scored(), "truth", slice(0, 100))]
    assert only_target(runs(bare, bare)).rows == 500


def test_too_few_rows_are_not_tested(runs):
    comparison = runs([scored(), scored("tiny", rows=29)], [scored(), scored("tiny", rows=29)])
    tiny = comparison.suites[1].targets[0]
    assert (tiny.rows, tiny.contrasts, tiny.mistakes) == (29, (), None)
    assert comparison.tests == 4


def test_each_run_is_held_to_its_own_threshold(runs):
    result, rows = scored(judge=1)
    operating = result.targets[0].operating.model_copy(update={"threshold": 0.25})
    lower = result.model_copy(
        update={"targets": (result.targets[0].model_copy(update={"operating": operating}),)}
    )
    halved = replace(rows, score={"toxicity": rows.score["toxicity"] / 2})
    found = only_target(runs([(result, rows)], [(lower, halved)]))
    assert (found.mistakes.a_threshold, found.mistakes.b_threshold) == (0.5, 0.25)
    assert found.contrasts[2].difference.value == pytest.approx(0, abs=0.01)


def test_a_threshold_that_was_rounded_up_still_flags_the_score_that_it_was(runs):
    result, rows = scored()
    operating = result.targets[0].operating.model_copy(update={"threshold": 2 / 3})
    lists = result.model_copy(
        update={"targets": (result.targets[0].model_copy(update={"operating": operating}),)}
    )
    listed = replace(rows, score={"toxicity": rows.truth["toxicity"] * 2 / 3})
    assert only_target(runs([(lists, listed)], [(lists, listed)])).contrasts[2].a == 1


def test_a_missing_threshold_leaves_the_ranking(runs):
    result, rows = scored()
    bare = result.model_copy(update={"targets": (result.targets[0].model_copy(update={"operating": None}),)})
    found = only_target(runs([scored()], [(bare, rows)]))
    assert [contrast.measure for contrast in found.contrasts] == ["auprc", "roc_auc"]
    assert found.mistakes is None


def test_what_could_not_be_compared_is_said(runs):
    comparison = runs([scored(), scored("mine")], [scored(), scored("theirs")], b_fields={"cap": None})
    assert comparison.notes == (
        "the caps differ (2000 and none): rows of one run only are left out",
        "suites that only A has: mine",
        "suites that only B has: theirs",
    )


def test_a_suite_without_row_scores_is_said(tmp_path):
    a = run_folder(tmp_path / "a", scored(), scored("other"))
    b = run_folder(tmp_path / "b", scored(), scored("other"))
    (b.path / "scores" / "other.jsonl").unlink()
    found = compare(a, b)
    assert [suite.suite for suite in found.suites] == ["forum"]
    assert found.notes == ("other: a run has no row scores of it",)


@pytest.mark.parametrize("other", [scored("theirs"), scored(ids=[f"row-{n}" for n in range(600)])])
def test_runs_without_a_common_row_are_refused(runs, other):
    with pytest.raises(InputError, match="no row in common"):
        runs([scored()], [other])


def test_the_result_is_the_same_document_after_json(runs):
    found = runs([scored(judge=1)], [scored(judge=2)])
    again = Comparison.model_validate_json(found.model_dump_json())
    assert again.suites[0].targets[0].contrasts == found.suites[0].targets[0].contrasts


def test_a_sure_difference_survives_hundreds_of_tests(runs):
    found = only_target(runs([scored(judge=1)], [scored(judge=2, skill=3)]))
    assert holm([found.contrasts[0].p] + [0.9] * 1000)[0] < 0.05


def test_equal_judges_are_seldom_told_apart(tmp_path):
    better = 0
    for draw in range(20):
        a = run_folder(tmp_path / f"a{draw}", scored(rows=200, seed=draw, judge=1))
        b = run_folder(tmp_path / f"b{draw}", scored(rows=200, seed=draw, judge=2))
        better += any(contrast.better for contrast in only_target(compare(a, b)).contrasts)
    assert better <= 3


def test_holm_gives_the_textbook_numbers():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(chances)
def test_holm_never_lowers_p_keeps_the_order_and_is_never_above_bonferroni(p_values):
    corrected = holm(p_values)
    pairs = sorted(zip(p_values, corrected, strict=True))
    assert all(before <= after <= min(1, before * len(p_values)) + 1e-12 for before, after in pairs)
    assert [after for _, after in pairs] == sorted(after for _, after in pairs)


@pytest.mark.parametrize(
    ("difference", "deviation", "p"), [(1.96, 1, 0.05), (0, 1, 1), (0, 0, 1), (0.1, 0, 0)]
)
def test_a_difference_in_deviations_has_the_p_of_a_normal_curve(difference, deviation, p):
    assert two_sided(difference, deviation) == pytest.approx(p, abs=1e-4)
    assert two_sided(-difference, deviation) == pytest.approx(p, abs=1e-4)


def test_rows_of_one_template_are_drawn_together(runs):
    first, second = scored(judge=1), scored(judge=2)
    apart = only_target(runs([first], [second])).contrasts[0].difference

    def in_templates(pair):
        return pair[0], replace(pair[1], groups=tuple(str(place // 50) for place in range(600)))

    together = only_target(runs([in_templates(first)], [in_templates(second)])).contrasts[0].difference
    assert together.value == apart.value
    assert (together.low, together.high) != (apart.low, apart.high)
