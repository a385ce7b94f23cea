"""The drawings are well-formed, stay inside their frame and say in words what they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from comity.evaluate.report import plots
from comity.evaluate.result import Bin, Calibrated
from comity.models.card import Measured
from tests.evaluate.report.made import target

shares = some.floats(0, 1)


def drawing(svg):
    return ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{svg}</svg>')[0]


def numbers(svg):
    """Every coordinate of a path, as text has it."""
    return [
        float(number) for path in re.findall(r' d="([^"]*)"', svg) for number in re.findall(r"-?[\d.]+", path)
    ]


@pytest.mark.parametrize(
    "svg",
    [
        plots.precision_recall(target()),
        plots.reliability(target().before, target().after),
        plots.reliability(None, target().after),
        plots.risk_coverage(target().risk_coverage),
        plots.risk_coverage(()),
    ],
)
def test_a_square_plot_is_an_image_with_a_description(svg):
    found = drawing(svg)
    assert found.get("role") == "img"
    assert len(found.get("aria-label", "")) > 20
    _, _, width, height = map(float, found.get("viewBox", "").split())
    for circle in found.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.get("cx", -1)) <= width
        assert 0 <= float(circle.get("cy", -1)) <= height
    assert all(0 <= number <= max(width, height) for number in numbers(svg))


@given(some.lists(shares, min_size=3, max_size=3).map(sorted), shares)
def test_a_plot_in_a_row_stays_in_its_row(parts, floor):
    low, value, high = parts
    metric = Measured(value=value, low=low, high=high)
    for svg in (plots.dot(metric, floor), plots.bar(metric), plots.dumbbell(metric, metric, metric)):
        assert drawing(svg).get("aria-hidden") == "true"
        assert all(0 <= number <= 120 for number in numbers(svg))


@given(some.lists(some.floats(-1, 1), min_size=3, max_size=3).map(sorted))
def test_a_difference_of_nothing_lies_in_the_middle(parts):
    low, value, high = parts
    svg = plots.difference(Measured(value=value, low=low, high=high), 1.0)
    assert all(0 <= number <= 120 for number in numbers(svg))
    at = float(drawing(svg).find("{http://www.w3.org/2000/svg}circle").get("cx"))
    assert (at > 60) == (value > 0.005) or abs(value) < 0.01


def test_an_absent_number_draws_nothing():
    assert plots.dot(None) == plots.bar(None) == plots.dumbbell(None, None, None) == ""


def test_the_ceiling_of_risk_fits_the_curve():
    for highest, top in ((0.03, "0.04"), (0.15, "0.2"), (0.7, "1")):
        labels = re.findall(r">([\d.]+)</text>", plots.risk_coverage(((0.5, 0.0), (1.0, highest))))
        assert labels[-1] == top


def test_a_bin_with_more_rows_is_a_larger_dot_and_one_with_too_few_is_faint():
    rows = (100, 500, 5)
    bins = tuple(Bin(score=place / 3, share=0.5, rows=count) for place, count in enumerate(rows))
    svg = plots.reliability(Calibrated(ece=0.1, brier=0.1, bins=bins), None)
    sure, faint = svg.split('class="other faint"')
    small, large = (int(radius) for radius in re.findall(r' r="(\d+)"', sure))
    assert small < large
    assert faint.count("<circle") == 1
