"""`comity evaluate data`: what the data sets themselves allow to be said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from comity.cli.suite_options import (
    DataOption,
    JsonOption,
    KindOption,
    LangOption,
    SuiteOption,
    data_root,
    suites,
)
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.evaluate.suite import Split, Suite

app = typer.Typer(
    help="Near-duplicates, how far platforms differ, feature density: what the data itself tells.",
    no_args_is_help=True,
)


@app.command()
def duplicates(
    suite: SuiteOption = None,
    kind: KindOption = None,
    lang: LangOption = None,
    data: DataOption = None,
    run: Annotated[Path | None, typer.Option(help="A run folder whose report shall tell of them.")] = None,
    json: JsonOption = False,
) -> None:
    """Count the test texts of each suite that stand, exactly or nearly, in the training rows of any suite.

    Needs the extra `evaluate`. Example:

      comity evaluate data duplicates --lang en --run runs/english-v1
    """
    from comity.evaluate.hygiene.duplicates import near_duplicates

    root = _root(data)
    found = suites(suite, kind, lang)
    train = (
        (one.suite, _texts(one, path, root)) for one, path in track(found, "training rows", console=_errors())
    )
    test = ((one.suite, _rows(one, path, root)) for one, path in track(found, "test rows", console=_errors()))
    overlaps = sorted(
        (overlap.counts() for overlap in near_duplicates(train, test)),
        key=lambda one: -one.near / one.test_rows,
    )
    if run is not None:
        _tell(run, overlaps)
    if json:
        for overlap in overlaps:
            typer.echo(overlap.model_dump_json())
        return
    table = Table("training rows of", "test rows of", "rows", "near", "exact", box=None)
    for overlap in overlaps:
        numbers = (overlap.test_rows, overlap.near, overlap.exact)
        table.add_row(overlap.train, overlap.test, *(f"{number:,}" for number in numbers))
    Console().print(table)


@app.command()
def platforms(
    question: Annotated[str, typer.Argument(help="hate or offence.")] = "hate",
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Train the n-gram baseline on all platforms but one and test it there, for each platform.

    Needs the extra `evaluate`.
    """
    from comity.evaluate.hygiene.cross_platform import leave_one_platform_out, platform_table, read_platforms

    table = platform_table()
    if question not in table:
        raise InputError(f"nothing is known of `{question}`", next_step=f"Ask for {' or '.join(table)}.")
    rows = leave_one_platform_out(read_platforms(table[question], _root(data)))
    if json:
        _print_json(asdict(row) for row in rows)
        return
    shown = Table("platform", "rows", "positives", "trained there", "elsewhere", "difference", box=None)
    for row in rows:
        gap = f"{row.gap.value:+.3f} [{row.gap.low:+.3f}, {row.gap.high:+.3f}]"
        numbers = (
            f"{row.test_rows:,}",
            f"{row.positives:,}",
            f"{row.own.value:.3f}",
            f"{row.others.value:.3f}",
        )
        shown.add_row(row.platform, *numbers, gap)
    Console().print(shown, "ROC-AUC of TF-IDF + LR, difference with its 95 % interval.")


@app.command()
def density(
    kind: KindOption = None, lang: LangOption = None, data: DataOption = None, json: JsonOption = False
) -> None:
    """Feature density of each data set beside what the n-gram baseline reaches there, and whether one forecasts the
    other.

    Needs the extra `evaluate`.
    """
    from comity.evaluate.hygiene.data_set import read_data_set
    from comity.evaluate.hygiene.feature_density import KINDS, densities, forecasts

    root = _root(data)
    found = track(suites(None, kind, lang), "data sets", console=_errors())
    sets = (
        read_data_set(one.suite, {one.suite: next(iter(one.scenario.targets))}, root, _MOST)
        for one, _ in found
        if one.scenario.data
    )
    rows = list(densities(known for known in sets if known is not None))
    told = forecasts(rows)
    if json:
        _print_json(asdict(row) for row in rows)
        _print_json(asdict(row) for row in told)
        return
    shown = Table("data set", *KINDS, "ROC-AUC", box=None)
    for row in rows:
        shown.add_row(row.data_set, *map(_cell, row.by_kind.values()), _cell(row.roc_auc))
    shown.add_section()
    correlations = [one.correlation for one in told]
    shown.add_row("rank correlation with it", *(_cell(one.value) for one in correlations), "")
    shown.add_row("  from", *(_cell(one.low) for one in correlations), "")
    shown.add_row("  to", *(_cell(one.high) for one in correlations), "")
    Console().print(shown)


_MOST = 2000


def _root(given: Path | None) -> Path:
    root = data_root(given)
    if root is None:
        raise InputError("there is no data folder", next_step="Give --data, or set COMITY_DATA to one.")
    return root


def _texts(suite: Suite, path: Path, root: Path) -> Iterator[str]:
    return (text for _, text in _of(suite, path, root, "train"))


def _rows(suite: Suite, path: Path, root: Path) -> Iterator[tuple[str, str]]:
    return _of(suite, path, root, "test")


def _of(suite: Suite, path: Path, root: Path, split: Split) -> Iterator[tuple[str, str]]:
    from comity.evaluate.cases import load

    for row in load(suite, split, path=path, data_root=root).rows:
        yield row.id, row.item.parts[0].text


def _tell(run: Path, overlaps: list[Any]) -> None:
    from comity.evaluate.report.html import html
    from comity.evaluate.run_folder import RunFolder

    folder = RunFolder(run)
    report = folder.report().model_copy(update={"duplicates": tuple(overlaps)})
    folder.finish(report)
    (run / "report.html").write_text(html(report), encoding="utf-8")


def _print_json(rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        typer.echo(dumps(row))


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _errors() -> Console:
    return Console(stderr=True)
