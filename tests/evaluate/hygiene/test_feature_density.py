"""Feature density of made-up texts, and how it goes with what is learnt."""

from itertools import cycle, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from comity.evaluate.hygiene.data_set import DataSet, Rows
from comity.evaluate.hygiene.feature_density import (
    FEATURES,
    KINDS,
    Density,
    densities,
    feature_density,
    forecasts,
)
from comity.evaluate.score_map import spearman

NUMBERS = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=12)


def texts_of(words, count):
    """`count` words, ten a text."""
    drawn = list(islice(cycle(words), count))
    return [" ".join(drawn[start : start + 10]) for start in range(0, count, 10)]


@pytest.mark.parametrize(("vocabulary", "density"), [(1, 0.0001), (100, 0.01), (FEATURES, 1.0)])
def test_density_is_the_share_of_different_words(vocabulary, density):
    assert feature_density(texts_of([f"w{n}" for n in range(vocabulary)], FEATURES), "words") == density


def test_only_the_first_ten_thousand_features_count():
    start = texts_of(["rose"], FEATURES)
    assert feature_density([*start, "something quite new"], "words") == feature_density(start, "words")


def test_too_few_features_give_no_density():
    assert feature_density(texts_of(["rose"], FEATURES - 10), "words") is None


@pytest.mark.parametrize(
    ("kind", "features"),
    [
        ("tokens", {"You", "walnut", "!"}),
        ("words", {"you", "walnut"}),
        ("3 characters", {"you", "ou ", "u w", " wa", "wal", "aln", "lnu", "nut"}),
        ("5 characters", {"you w", "ou wa", "u wal", " waln", "walnu", "alnut"}),
    ],
)
def test_features_of_each_kind(kind, features):
    assert {*KINDS[kind]("You walnut!")} == features


def test_a_data_set_gets_its_densities_and_the_score_of_the_baseline():
    texts = tuple(texts_of(["idiot", "walnut"], FEATURES // 2) + texts_of(["rose", "tulip"], FEATURES // 2))
    truth = np.repeat([1.0, 0.0], len(texts) // 2)
    whole = DataSet("forum", Rows(texts, truth), Rows(texts[::50], truth[::50]))
    one_sided = DataSet("calm", Rows(texts, truth), Rows(texts[-5:], truth[-5:]))
    (row,) = densities([whole, one_sided])
    assert (row.data_set, row.roc_auc) == ("forum", 1.0)
    assert row.by_kind["words"] == 4 / FEATURES


def rows(pairs):
    return [
        Density(f"set {number}", dict.fromkeys(KINDS, density), area)
        for number, (density, area) in enumerate(pairs)
    ]


def test_the_forecast_is_perfect_where_both_fall_together():
    falling = [(0.1 * step, 0.9 - 0.05 * step) for step in range(1, 8)]
    forecast = forecasts(rows(falling))[0]
    assert (forecast.data_sets, forecast.correlation.value) == (7, pytest.approx(-1))


def test_sets_without_a_density_do_not_count():
    forecast = forecasts(rows([(0.1, 0.6), (0.2, 0.7), (0.3, 0.8), (None, 0.1)]))[0]
    assert (forecast.data_sets, forecast.correlation.value) == (3, pytest.approx(1))


@pytest.mark.parametrize("pairs", [[], [(0.1, 0.6), (0.2, 0.7)], [(0.1, 0.6)] * 4])
def test_too_little_tells_nothing(pairs):
    assert all(np.isnan(forecast.correlation.value) for forecast in forecasts(rows(pairs)))


@given(NUMBERS)
def test_the_rank_correlation_is_that_of_scipy(pairs):
    first, second = np.array(pairs, float).T
    if np.ptp(first) and np.ptp(second):
        assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
    else:
        assert np.isnan(spearman(first, second))
