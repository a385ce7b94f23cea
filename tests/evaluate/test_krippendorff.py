from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evaluate.krippendorff import alpha

NAN = float("nan")

FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
TWO_OBSERVERS = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]

tables = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.sampled_from([NAN, 1.0, 2.0, 3.0, 5.0]), min_size=raters, max_size=raters),
        min_size=1,
        max_size=12,
    )
)


def from_the_definition(ratings, difference):
    """One minus observed over expected disagreement, pair by pair."""
    units = [[value for value in unit if not np.isnan(value)] for unit in np.array(ratings).T]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [value for unit in units for value in unit]
    observed = sum(
        difference(a, b, pooled) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2)
    )
    expected = sum(difference(a, b, pooled) for a, b in permutations(pooled, 2)) / max(1, len(pooled) - 1)
    return 1 - observed / expected if expected else NAN


def ordinal(a, b, pooled):
    low, high = min(a, b), max(a, b)
    between = sum(low <= value <= high for value in pooled)
    return (between - (pooled.count(low) + pooled.count(high)) / 2) ** 2


DIFFERENCES = {
    "nominal": lambda a, b, _: float(a != b),
    "ordinal": ordinal,
    "interval": lambda a, b, _: (a - b) ** 2,
}


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_four_observers_of_twelve_units(level, expected):
    assert alpha(FOUR_OBSERVERS, level) == pytest.approx(expected, abs=5e-4)


def test_two_observers_of_two_values():
    assert alpha(TWO_OBSERVERS) == pytest.approx(0.095, abs=5e-4)


@given(tables)
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_any_table_gives_what_the_definition_gives(level, table):
    ratings = np.array(table).T
    expected = from_the_definition(ratings, DIFFERENCES[level])
    assert alpha(ratings, level) == pytest.approx(expected, nan_ok=True)


def test_two_values_are_the_same_at_every_level():
    nominal, *others = (alpha(TWO_OBSERVERS, level) for level in ("nominal", "ordinal", "interval"))
    assert others == pytest.approx([nominal, nominal])


def test_perfect_agreement_is_one():
    assert alpha([[1, 2, 3], [1, 2, 3]]) == 1


def test_guessing_is_about_zero():
    ratings = np.random.default_rng(3).integers(0, 3, (4, 3000)).astype(float)
    assert alpha(ratings) == pytest.approx(0, abs=0.02)


def test_opposition_is_below_zero():
    assert alpha([[0, 1] * 20, [1, 0] * 20]) < -0.9


def test_units_that_one_rater_saw_change_nothing():
    lonely = np.column_stack([TWO_OBSERVERS, [[1, NAN], [NAN, 0]]])
    assert alpha(lonely) == alpha(TWO_OBSERVERS)


def test_it_makes_no_difference_which_rater_gave_a_rating():
    ratings = np.array(FOUR_OBSERVERS)
    swapped = np.array([np.roll(unit, place) for place, unit in enumerate(ratings.T)]).T
    assert alpha(swapped, "ordinal") == pytest.approx(alpha(ratings, "ordinal"))


@pytest.mark.parametrize("ratings", [[[1, 1], [1, 1]], [[1, NAN], [NAN, 2]], [[], []]])
def test_nothing_to_differ_about_is_undefined(ratings):
    assert np.isnan(alpha(ratings))
