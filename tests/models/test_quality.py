"""What a card's results say of a model, summed up by criterion."""

from __future__ import annotations

import pytest

from comity.models.card import Result
from comity.models.quality import qualities


def result(auc, *, seen, label="hate", source="forum"):
    low, value, high = auc
    return Result(
        source=source,
        label=label,
        rows=100,
        positives=10,
        roc_auc=[value, low, high],
        auprc=[0.5, 0.4, 0.6],
        ece=0.1,
        baseline_roc_auc=0.6,
        baseline_auprc=0.3,
        seen=seen,
    )


@pytest.fixture
def card(packaged):
    return packaged.card


def of(card, *results):
    return {one.criterion: one for one in qualities(card.model_copy(update={"results": results}))}


GOOD, FAIR, POOR = (0.88, 0.9, 0.93), (0.75, 0.8, 0.84), (0.5, 0.6, 0.7)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result(GOOD, seen=True)], GOOD),
        ([result(found, seen=True) for found in (POOR, GOOD, FAIR)], FAIR),
        ([result(found, seen=False) for found in (GOOD, POOR)], (0.69, 0.75, 0.815)),
        ([result(GOOD, seen=True), result(POOR, seen=False), result(GOOD, seen=True)], POOR),
    ],
    ids=["one", "median", "of two the middle", "out of domain first"],
)
def test_the_median_over_test_sets(card, results, expected):
    auc = of(card, *results)["hate"].roc_auc
    assert (auc.low, auc.value, auc.high) == expected


def test_it_tells_which_sets_it_is_from(card):
    sets = [result(GOOD, seen=True, source="learned"), result(FAIR, seen=False, source="strange")]
    found = of(card, *sets)["hate"]
    assert (found.language, found.sources, found.seen) == ("en", ("strange",), False)


def test_what_was_not_measured_is_left_out(card):
    assert of(card, result(GOOD, seen=True)).keys() == {"hate"}


def test_results_of_several_languages_are_told_for_none(card):
    two = card.model_copy(update={"languages": ("en", "de")})
    assert of(two, result(GOOD, seen=True)) == {}
