"""A report, or a comparison of two, as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from comity.evaluate.compare import Comparison
from comity.evaluate.metrics import FEWEST
from comity.evaluate.report import numbers, plots, ranking
from comity.evaluate.result import Report


def _heads(first: str, others: Sequence[str]) -> list[tuple[str, str]]:
    """The heads of a table of numbers: text and class."""
    return [(first, ""), *((name, "number") for name in others)]


_environment = Environment(
    loader=PackageLoader("comity.evaluate.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals |= {
    "numbers": numbers,
    "plots": plots,
    "ranking": ranking,
    "heads": _heads,
    "fewest": FEWEST,
}


def html(report: Report) -> str:
    """The whole report. Texts of rows are escaped and hidden until the reader asks for them."""
    tests = ranking.lowest_tests(report.suites)
    return _environment.get_template("report.html.j2").render(
        report=report,
        kinds=ranking.by_kind(report),
        all_lines=ranking.lines(report.suites),
        gaps=ranking.gaps(report.suites),
        failing=[(suite, test) for suite, test in tests if test.accuracy and test.accuracy.high < 0.5],
        disguises=ranking.disguises(report.suites),
        alarms=ranking.alarms(report.suites),
    )


def comparison_html(comparison: Comparison) -> str:
    """Two runs side by side, what differs most surely first."""
    rows = ranking.contrasts(comparison)
    bounds = [bound for row in rows for bound in (row.contrast.difference.low, row.contrast.difference.high)]
    return _environment.get_template("comparison.html.j2").render(
        comparison=comparison, rows=rows, scale=max([abs(bound) for bound in bounds], default=1.0)
    )
