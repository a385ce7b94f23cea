"""`comity evaluate data`: what the data sets themselves allow to be said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from json import dumps
from math import isnan
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

      comity evaluate data duplicates --lang en --run runs/english-v2
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
        _print_json(rows)
        return
    shown = Table("platform", "rows", "positives", "own", "others", "others − own", box=None)
    for row in rows:
        gap, low, high = (_cell(part, "+.3f") for part in (row.gap.value, row.gap.low, row.gap.high))
        counts = (f"{count:,}" for count in (row.test_rows, row.positives))
        shown.add_row(
            row.platform, *counts, _cell(row.own.value), _cell(row.others.value), f"{gap} [{low}, {high}]"
        )
    Console().print(
        shown,
        "ROC-AUC of TF-IDF + LR, trained on the platform's own rows or on those of all others; the difference with its "
        "95 % interval.",
    )


@app.command()
def density(
    kind: KindOption = None, lang: LangOption = None, data: DataOption = None, json: JsonOption = False
) -> None:
    """Feature density of each data set beside what the n-gram baseline reaches there, and whether one forecasts the
    other.

    Needs the extra `evaluate`.
    """
    from comity.evaluate.hygiene.data_set import once_each, read_data_set
    from comity.evaluate.hygiene.feature_density import KINDS, densities, forecasts

    root = _root(data)
    found = once_each(suite for suite, _ in suites(None, kind, lang))
    sets = (
        read_data_set(one.suite, {one.suite: next(iter(one.scenario.targets))}, root, _MOST)
        for one in track(found, "data sets", console=_errors())
    )
    rows = list(densities(known for known in sets if known is not None))
    told = forecasts(rows)
    if json:
        _print_json([*rows, *told])
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


def _print_json(rows: Iterable[Any]) -> None:
    """rows: dataclasses. What is not defined is null: NaN is no JSON."""
    for row in rows:
        typer.echo(dumps(_defined(asdict(row))))


def _defined(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _defined(part) for name, part in value.items()}
    return None if isinstance(value, float) and isnan(value) else value


def _cell(value: float | None, form: str = ".3f") -> str:
    return "–" if value is None or isnan(value) else format(value, form).replace("-", "−")


def _errors() -> Console:
    return Console(stderr=True)
