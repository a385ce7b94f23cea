"""A score map keeps the order of scores, and a threshold keeps flagging as many rows as before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import CalibrationError, InputError
from comity.evaluate.score_map import (
    ScoreMap,
    agreement,
    cut_for_agreement,
    cut_for_count,
    measure,
    spearman,
)

SCORE = st.floats(0, 1)
ROWS = st.lists(st.tuples(SCORE, SCORE), min_size=50, max_size=200)
RANDOM = np.random.default_rng(7)


@given(ROWS, SCORE, SCORE)
def test_a_fitted_map_never_turns_scores_round_and_stays_in_range(rows, one, other):
    score_map = ScoreMap.fit(*np.array(rows).T)
    low, high = sorted([one, other])
    assert 0 <= score_map(low) <= score_map(high) <= 1
    assert (score_map(0), score_map(1)) == (0, 1)


@given(ROWS, st.lists(SCORE, max_size=20))
def test_mapping_many_scores_is_mapping_each(rows, scores):
    score_map = ScoreMap.fit(*np.array(rows).T)
    assert score_map.many(scores) == pytest.approx([score_map(score) for score in scores], abs=1e-9)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_a_threshold_flags_as_many_rows_as_it_did_for_them(threshold: float):
    theirs = RANDOM.beta(1, 3, 2_000)
    ours = np.clip(theirs**3 + RANDOM.normal(0, 0.02, theirs.size), 0, 1)
    mapped = ScoreMap.fit(ours, theirs).many(ours)
    assert (mapped >= threshold).sum() == pytest.approx((theirs >= threshold).sum(), abs=3)


def test_levels_that_hardly_any_row_reaches_have_no_knot():
    theirs = np.concatenate([np.linspace(0, 0.59, 500), [0.95] * 4])
    levels = [level for _, level in ScoreMap.fit(theirs, theirs).knots]
    assert levels[-2:] == [0.55, 1.0]


def test_scores_that_are_all_equal_still_make_a_map():
    assert ScoreMap.fit([0.5] * 60, np.linspace(0, 1, 60)).knots[-1] == (1.0, 1.0)


def test_too_few_rows_are_refused():
    with pytest.raises(CalibrationError, match="49 rows"):
        ScoreMap.fit([0.5] * 49, [0.5] * 49)


@pytest.mark.parametrize(
    "knots",
    [
        (),
        ((0.0, 0.0),),
        ((0.1, 0.0), (1.0, 1.0)),
        ((0.0, 0.0), (1.0, 0.9)),
        ((0.0, 0.0), (0.5, 0.9), (0.5, 0.95), (1.0, 1.0)),
        ((0.0, 0.0), (0.4, 0.9), (0.5, 0.8), (1.0, 1.0)),
        ((0.0, 0.0), (float("nan"), 0.5), (1.0, 1.0)),
    ],
)
def test_knots_that_do_not_rise_from_corner_to_corner_are_refused(knots):
    with pytest.raises(InputError, match="rise"):
        ScoreMap(knots)


@given(st.lists(SCORE, min_size=1, max_size=50, unique=True), st.data())
def test_a_cut_for_a_count_flags_that_many_distinct_scores(scores, data):
    count = data.draw(st.integers(0, len(scores)))
    flagged = (np.array(scores) >= cut_for_count(np.array(scores), count)).sum()
    # Two scores can be too close for a number between them.
    close = np.diff(np.sort(scores)).min(initial=1) < 1e-9
    assert flagged == count or close or (count == 0 and max(scores) == 1)


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), st.booleans()), min_size=1, max_size=30)
)
def test_no_cut_agrees_more_often_than_the_one_chosen(rows):
    scores, by_them = np.array([score for score, _ in rows]), np.array([flag for _, flag in rows])
    chosen = ((scores >= cut_for_agreement(scores, by_them)) == by_them).mean()
    assert chosen == max(((scores >= cut) == by_them).mean() for cut in (0, 0.15, 0.25, 0.35, 0.45, 1))


def test_rank_correlation_sees_order_only_and_shares_ranks_among_ties():
    assert spearman([0.1, 0.2, 0.3], [0.5, 0.6, 0.99]) == pytest.approx(1)
    assert spearman([0.1, 0.2, 0.3], [0.9, 0.6, 0.1]) == pytest.approx(-1)
    assert spearman([1, 2, 2, 4], [1, 3, 2, 4]) == pytest.approx(0.948683, abs=1e-6)
    assert np.isnan(spearman([0.5, 0.5], [0.1, 0.9]))


def test_agreement_counts_both_kinds_of_mistakes():
    found = agreement([True, True, False, False], [True, False, True, False], 0.8)
    assert (found.agreement.value, found.precision, found.recall) == (0.5, 0.5, 0.5)
    assert (found.ours, found.theirs) == (0.5, 0.5)


def test_the_interval_of_a_perfect_agreement_still_has_a_width():
    interval = agreement([True] * 100, [True] * 100, 0.5).agreement
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(0.963, abs=0.001)


def test_figures_are_of_mapped_scores():
    figures = measure(ScoreMap(((0.0, 0.0), (0.4, 0.8), (1.0, 1.0))), [0.4, 0.0], [0.8, 0.2], [0.8])
    assert (figures.rows, figures.spearman) == (2, pytest.approx(1))
    assert figures.error == pytest.approx(0.1)
    assert figures.at[0].agreement.value == 1
