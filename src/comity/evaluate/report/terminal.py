"""A report at a terminal: tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.evaluate.compare import Comparison
from comity.evaluate.gate import Gate
from comity.evaluate.metrics import FEWEST
from comity.evaluate.report import ranking
from comity.evaluate.report.numbers import DASH, count, p_value, signed
from comity.evaluate.result import Report
from comity.models.card import Measured

_SHOWN = 12
_ALL = 30
_SEEN = " *"
_LEGEND = (
    "prev: share of positives. floor: AUPRC of the best floor; an AUPRC with < lies below it, with ≈ it may be no "
    f"better. F1: at the fixed threshold. {DASH}: fewer than {FEWEST} rows, or not defined. "
    f"{_SEEN.strip()}: other rows of the data taught the subject."
)
_STANDING = {"above": "", "level": "≈", "below": "<", "unknown": ""}


def overview(report: Report, console: Console) -> None:
    """Prints what was measured, one line a target, then functional tests, disguises and false alarms."""
    console.print(_head(report))
    for heading, suites in ranking.by_kind(report):
        lines = ranking.lines(suites)
        if lines:
            console.print(_targets(heading, lines))
    for table in _special(report):
        if table.row_count:
            console.print(table)
    console.print(_LEGEND, style="dim")


def comparison(found: Comparison, console: Console) -> None:
    """Prints what differs between two runs, the surest first, and which rows each decides rightly."""
    for name, side in (("A", found.a), ("B", found.b)):
        console.print(
            Text.assemble((f"{name}  {side.subject} {side.version}", "bold"), (f"  {side.started}", "dim"))
        )
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    console.print(_contrasts(found))
    console.print(_mistakes(found))
    console.print(
        Text(
            f"p is Holm's, over all {found.tests} tests. rows: of both runs; A, B: of one only. cons: 1 if both err on "
            "the same rows, 0 as by chance.",
            style="dim",
        )
    )


def verdicts(gate: Gate, console: Console) -> None:
    """Prints what fails, or that nothing does."""
    failed = [verdict for verdict in gate.verdicts if not verdict.passed]
    for verdict in failed:
        console.print(
            Text.assemble(
                ("FAIL ", "bold red"),
                _plain(f"{verdict.place} {verdict.measure} {_short(verdict.value)}, "),
                f"reference {_short(verdict.reference)}: {verdict.why}",
            )
        )
    for what, places in (("only in the run", gate.only_in_run), ("not in the run", gate.not_in_run)):
        if places:
            suites = ", ".join(dict.fromkeys(place.partition("/")[0] for place in places))
            console.print(Text(f"not compared, {what}: {len(places)} of {suites}", style="yellow"))
    passed = len(gate.verdicts) - len(failed)
    console.print(
        Text(f"{passed} of {len(gate.verdicts)} passed", style="bold red" if failed else "bold green")
    )


def _contrasts(found: Comparison) -> Table:
    table = _table("B minus A", ["suite/target", "measure"], ["A", "B", "B−A", "95 %", "p", "better"])
    lines = ranking.contrasts(found)
    shown = lines if len(lines) <= _ALL else [line for line in lines if line.contrast.better]
    for line in shown:
        contrast = line.contrast
        spread = contrast.difference
        _add(
            table,
            f"{line.suite.suite}/{line.target.target}",
            contrast.measure,
            _short(contrast.a),
            _short(contrast.b),
            signed(spread.value),
            f"{signed(spread.low)} {signed(spread.high)}",
            p_value(contrast.p_holm),
            contrast.better,
            style="" if contrast.better else "dim",
        )
    if len(lines) > len(shown):
        _add(table, f"and {len(lines) - len(shown)} without a sure difference", style="dim")
    return table


def _mistakes(found: Comparison) -> Table:
    table = _table(
        "Rows that one alone decides rightly",
        ["suite/target"],
        ["rows", "A", "B", "A right", "B right", "neither", "cons", "p"],
    )
    for suite in found.suites:
        for target in suite.targets:
            counts = [count(rows) for rows in (target.rows, suite.only_a, suite.only_b)]
            mistakes = target.mistakes
            _add(
                table,
                f"{suite.suite}/{target.target}",
                *counts,
                count(mistakes.only_a_right) if mistakes else DASH,
                count(mistakes.only_b_right) if mistakes else DASH,
                count(mistakes.both_wrong) if mistakes else DASH,
                _short(mistakes.consistency if mistakes else None),
                p_value(mistakes.p_holm) if mistakes else DASH,
            )
    return table


def _head(report: Report) -> Text:
    cap = f"at most {count(report.cap)} rows a suite" if report.cap else "all rows"
    head = Text(f"{report.subject} {report.version}\n", style="bold")
    head.append(f"{report.started}, {cap}, seed {report.seed}\n{report.machine}", style="dim")
    for note in report.notes:
        head.append(f"\n{note}", style="yellow")
    return head


def _targets(heading: str, lines: Sequence[ranking.Line]) -> Table:
    table = _table(heading, ["suite/target"], ["rows", "prev", "AUPRC", "95 %", "floor", "ROC", "F1", "ECE"])
    for line in lines:
        target, at = line.target, line.target.operating
        _add(
            table,
            line.name + _SEEN * line.suite.seen,
            count(target.rows),
            f"{target.prevalence:.0%}",
            _STANDING[line.standing] + _value(target.auprc),
            _bounds(target.auprc),
            _short(line.floor.auprc if line.floor else None),
            _value(target.roc_auc),
            _value(at.f1 if at else None),
            _short(target.before.ece if target.before else None),
            style="" if line.standing in ("above", "unknown") else "yellow",
        )
    return table


def _special(report: Report) -> Iterator[Table]:
    yield _worst(
        "Functional tests: % decided rightly",
        [
            (test.functionality, suite.suite, test.rows, test.accuracy)
            for suite, test in ranking.lowest_tests(report.suites)
        ],
    )
    yield _worst(
        "Disguises: % of harmful texts still found",
        [
            (f"{one.perturbation} (clean {_percent(one.clean_recall)})", suite.suite, one.changed, one.recall)
            for suite, one in ranking.disguises(report.suites)
        ],
    )
    yield _worst(
        "False alarms: % of harmless texts flagged",
        [(kind.kind, suite.suite, kind.rows, kind.rate) for suite, kind in ranking.alarms(report.suites)],
    )


def _worst(title: str, found: Sequence[tuple[str, str, int, Measured | None]]) -> Table:
    """The worst, at most a dozen."""
    table = _table(title, ["what", "suite"], ["rows", "%", "95 %"])
    for what, suite, rows, metric in found[:_SHOWN]:
        _add(table, what, suite, count(rows), _percent(metric), _percents(metric))
    if len(found) > _SHOWN:
        _add(table, f"and {len(found) - _SHOWN} more", style="dim")
    return table


def _add(table: Table, *cells: str, style: str = "") -> None:
    table.add_row(*map(_plain, cells), style=style)


def _plain(text: str) -> Text:
    """No markup, and nothing that steers a terminal: names come from data files."""
    return Text("".join(char if char.isprintable() else "\N{SYMBOL FOR SUBSTITUTE}" for char in text))


def _table(title: str, names: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        header_style="dim",
        title_style="bold",
    )
    for name in names:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _value(metric: Measured | None) -> str:
    return _short(metric.value if metric else None)


def _short(value: float | None) -> str:
    """.812: without the zero, to fit."""
    return DASH if value is None else f"{value:.3f}".removeprefix("0")


def _bounds(metric: Measured | None) -> str:
    return "" if metric is None else f"{_short(metric.low)}{DASH}{_short(metric.high)}"


def _percent(metric: Measured | None) -> str:
    return DASH if metric is None else f"{metric.value:.1%}".removesuffix("%")


def _percents(metric: Measured | None) -> str:
    return "" if metric is None else f"{metric.low * 100:.1f}{DASH}{metric.high * 100:.1f}"
