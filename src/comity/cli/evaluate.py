"""`comity evaluate`: how good is a detector, a policy or an endpoint, and for whom does it fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.cli import evaluate_data
from comity.cli.exits import Exit
from comity.cli.suite_options import DataOption, JsonOption, KindOption, LangOption, SuiteOption, data_root
from comity.cli.suite_options import suites as chosen
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.evaluate.run import Watch

app = typer.Typer(
    help="How good is a detector, a policy or an endpoint, and for whom does it fail.", no_args_is_help=True
)
app.add_typer(evaluate_data.app, name="data")
RunArgument = Annotated[Path, typer.Argument(help="The --output folder of a run.")]


@app.command("list")
def list_suites(
    suite: SuiteOption = None, kind: KindOption = None, lang: LangOption = None, json: JsonOption = False
) -> None:
    """List the suites: what is asked, of which texts, in which languages."""
    found = [one for one, _ in chosen(suite, kind, lang)]
    if json:
        for one in found:
            typer.echo(one.model_dump_json(exclude_defaults=True))
        return
    table = Table("suite", "kind", "languages", "summary", box=None)
    for one in found:
        table.add_row(one.suite, one.kind, " ".join(one.scenario.languages), one.summary)
    Console().print(table)


@app.command()
def run(
    subject: Annotated[
        str,
        typer.Argument(
            help="model:NAME, detector:NAME, policy:NAME, openai:URL, perspective:URL, python:MODULE:FUNCTION or "
            "baseline:NAME."
        ),
    ],
    suite: SuiteOption = None,
    kind: KindOption = None,
    lang: LangOption = None,
    data: DataOption = None,
    output: Annotated[Path, typer.Option(help="Where results go; run again, it goes on there.")] = Path(
        "evaluation"
    ),
    cap: Annotated[int, typer.Option(min=30, help="The most rows of a suite that are asked.")] = 500,
    full: Annotated[bool, typer.Option("--full", help="All rows of every suite.")] = False,
    seed: Annotated[int, typer.Option(help="Of every resampling.")] = 0,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the result beside the model, for its card to quote.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Measure a subject on suites and write a report; stopped and run again, it goes on with what is missing.

    Without --data only the packaged texts are asked. Example:

      comity evaluate run model:english-v2 --lang en --data ./data --output runs/english-v2
    """
    from comity.evaluate.floors_ahead import FloorsAhead
    from comity.evaluate.report.html import html
    from comity.evaluate.report.terminal import overview
    from comity.evaluate.run import evaluate
    from comity.evaluate.run_folder import RunFolder
    from comity.evaluate.saved import save as save_beside
    from comity.evaluate.subjects import open_subject
    from comity.evaluate.subjects.detector import artefact_named
    from comity.evaluate.suite_rows import Options

    if save and not subject.startswith("model:"):
        raise InputError(
            "only a model has a card to quote its result", next_step="Leave out --save, or name model:…"
        )
    judge = open_subject(subject)
    root = data_root(data)
    suites = [one for one in chosen(suite, kind, lang) if root is not None or one[0].scenario.texts or suite]
    if not suites:
        raise InputError("no suite is left to run", next_step="`comity evaluate list` names them all.")
    folder = RunFolder(output)
    options = Options(data_root=root, cap=None if full else cap, seed=seed)
    with FloorsAhead(suites, folder, options) as floors, _progress(len(suites)) as watch:
        report = evaluate(judge, suites, folder, options, spec=subject, floors=floors.of, watch=watch)
    page = output / "report.html"
    page.write_text(html(report), encoding="utf-8")
    if save:
        save_beside(report, artefact_named(subject.removeprefix("model:")))
    if json:
        typer.echo(report.model_dump_json())
        return
    console = Console()
    overview(report, console)
    console.print(f"{page}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def show(run_folder: RunArgument, json: JsonOption = False) -> None:
    """Print the report of a run again, and write its page anew."""
    from comity.evaluate.report.html import html
    from comity.evaluate.report.terminal import overview
    from comity.evaluate.run_folder import RunFolder

    report = RunFolder(run_folder).report()
    (run_folder / "report.html").write_text(html(report), encoding="utf-8")
    if json:
        typer.echo(report.model_dump_json())
    else:
        overview(report, Console())


@app.command()
def compare(
    run_a: RunArgument,
    run_b: RunArgument,
    output: Annotated[Path | None, typer.Option(help="An HTML page with the comparison.")] = None,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 0,
    json: JsonOption = False,
) -> None:
    """Compare two runs row by row: which is better where, and could that be luck?

    Example:

      comity evaluate compare runs/english-v1 runs/english-v2 --output compared.html
    """
    from comity.evaluate.compare import compare as contrast
    from comity.evaluate.report.html import comparison_html
    from comity.evaluate.report.terminal import comparison
    from comity.evaluate.run_folder import RunFolder

    found = contrast(RunFolder(run_a), RunFolder(run_b), seed=seed)
    if output is not None:
        output.write_text(comparison_html(found), encoding="utf-8")
    if json:
        typer.echo(found.model_dump_json())
    else:
        comparison(found, Console())


@app.command()
def gate(
    run_folder: Annotated[Path, typer.Argument(help="A run folder or a report.json.")],
    against: Annotated[
        Path | None, typer.Option(help="The run folder or report.json to hold it against.")
    ] = None,
    limits: Annotated[
        Path | None, typer.Option(help="A YAML file with the least or most that numbers may be.")
    ] = None,
    tolerance: Annotated[float, typer.Option(min=0.0, help="A loss up to here is none.")] = 0.01,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 0,
    json: JsonOption = False,
) -> None:
    """Fail, with exit code 1, on a significant regression or a number past its limit. For CI.

    Example:

      comity evaluate gate runs/new --against runs/old --limits limits.yaml
    """
    from comity.evaluate.gate import gate as judge
    from comity.evaluate.gate import read_limits
    from comity.evaluate.report.terminal import verdicts

    found = judge(
        run_folder, against, limits=read_limits(limits) if limits else None, tolerance=tolerance, seed=seed
    )
    if json:
        typer.echo(found.model_dump_json())
    else:
        verdicts(found, Console())
    if not found.passed:
        raise typer.Exit(Exit.SOME_FAILED)


@app.command()
def scenarios(
    subject: Annotated[str, typer.Argument(help="policy:NAME, or another subject that follows policies.")],
    json: JsonOption = False,
) -> None:
    """Try whether a judge keeps to small policies that it was just told, against texts that argue with it."""
    from comity.evaluate.rule_scenarios import read_rule_scenarios
    from comity.evaluate.sections.rule_following import rule_following
    from comity.evaluate.subjects import open_subject

    results = [*rule_following(open_subject(subject), read_rule_scenarios())]
    if json:
        for result in results:
            wrong = {case.id for case in result.failed}
            told = {"scenario": result.scenario, "cases": result.cases, "failed": sorted(wrong)}
            typer.echo(dumps({**told, "not_judged": len(result.not_judged), "why": result.why}))
        return
    table = Table("scenario", "cases", "failed", "not judged", "why", box=None)
    for result in results:
        counts = (result.cases, len(result.failed), len(result.not_judged))
        table.add_row(result.scenario, *map(str, counts), result.why)
    Console().print(table)


@contextmanager
def _progress(suites: int) -> Iterator[Watch]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        whole = progress.add_task("suites", total=suites)
        part = progress.add_task("items")
        seen: dict[str, None] = {}

        def watch(suite: str, asked: int, of: int) -> None:
            seen.setdefault(suite)
            progress.update(whole, completed=len(seen) - (asked < of))
            progress.update(part, description=suite, completed=asked, total=of)

        yield watch
        progress.update(whole, completed=suites)
