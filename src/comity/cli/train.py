"""`comity train`: from a recipe and data to a model with its card, or from a community's file to heads of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from comity.errors import InputError

if TYPE_CHECKING:
    from comity.learn.heads import TrainedHeads

_HEADS = Path("heads")
_WIDTH = 110  # of the table with its intervals, also where no terminal says how wide it is


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/english-v2.yaml; or `heads`.")],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Of a recipe: the folder of data sets; COMITY_DATA if absent. Of heads: a CSV or JSONL file."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where checkpoints and the model go: `runs`; of heads `our-heads`.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the heads in --output.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Of heads: one JSON object a criterion on stdout.")
    ] = False,
) -> None:
    """Train the model that a recipe describes; or fit heads of your own on the packaged encoder, in minutes.

    Run it again to go on where it was interrupted. A recipe needs the extra `train`, heads only `evaluate`. Examples:

      comity train recipes/english-v2.yaml --data ./data --output runs/english-v2

      comity train heads --data ours.csv --output our-heads

    The file of a community has `text`, a column for each criterion (a category, or rule:<id> of a rule of your policy)
    with grades 0 to 3, 1 or 0, shares of annotators, or nothing where nobody said; and optionally `lang` and `split`.
    """
    handler = RichHandler(console=Console(stderr=True), show_path=False)
    logging.basicConfig(level=logging.INFO, handlers=[handler], format="%(message)s")
    if recipe == _HEADS:
        _train_heads(data, output or Path("our-heads"), overwrite=overwrite, as_json=json)
        return
    if overwrite or json:
        raise InputError("--overwrite and --json go with `comity train heads`")
    from comity.learn.train import train as learn

    typer.echo(learn(recipe, data, output or Path("runs")).folder)


def _train_heads(data: Path | None, output: Path, *, overwrite: bool, as_json: bool) -> None:
    if data is None:
        raise InputError("heads are fitted to a file", next_step="Give it with --data.")
    from rich.progress import track

    from comity.learn.heads import train_heads
    from comity.learn.heads_card import plain

    stderr = Console(stderr=True, soft_wrap=True)

    def watch(portions: Sequence[int]) -> Iterable[int]:
        return track(portions, "embedding", console=stderr, transient=True)

    trained = train_heads(data, output, overwrite=overwrite, watch=watch)
    if as_json:
        for one in trained.comparisons:
            typer.echo(dumps(plain(one)))
    else:
        _show(trained)
    for note in _notes(trained):
        stderr.print(note, markup=False)
    stderr.print(
        f"The card is {output / 'card.md'}. Apply the heads with COMITY_HEADS={output}", markup=False
    )


def _notes(trained: TrainedHeads) -> Iterable[str]:
    rows = trained.rows
    for criterion, reason in trained.left_out.items():
        yield f"{criterion} is left out: {reason}"
    if rows.left_aside:
        yield f"Columns that name no criterion were left aside: {', '.join(rows.left_aside)}"
    if rows.dropped:
        yield f"{rows.dropped} rows were left out: near-duplicates of them are in the split `test`."
    if trained.unread:
        yield f"{trained.unread} rows were left out: no text in the encoder's languages."


def _show(trained: TrainedHeads) -> None:
    from comity.learn.heads_card import number, within

    console = Console(soft_wrap=True, width=_WIDTH)
    for one in trained.comparisons:
        console.print(
            f"{one.criterion}: {one.learned_rows:,} rows taught ({one.learned_positives:,} violate),"
            f" {one.rows:,} test ({one.positives:,} violate)",
            style="bold",
            markup=False,
            highlight=False,
        )
        table = Table(box=None, padding=(0, 2, 0, 0))
        for column in ("model", "ROC-AUC", "AUPRC", "Brier", "ECE"):
            table.add_column(column, justify="left" if column == "model" else "right", no_wrap=True)
        for model in one.models:
            table.add_row(
                model.model,
                within(model.roc_auc),
                within(model.auprc),
                number(model.brier),
                number(model.ece),
            )
        console.print(table)
        if one.graded:
            console.print(
                f"mean distance from people's grades {within(one.graded.heads)},"
                f" {one.graded.always:.3f} for the middle grade always",
                markup=False,
                highlight=False,
            )
        if one.curve:
            points = ", ".join(f"{point.rows:,}: {point.auprc.value:.3f}" for point in one.curve)
            console.print(f"AUPRC by rows that teach: {points}", markup=False, highlight=False)
        for sentence in one.told:
            console.print(f"- {sentence}", markup=False, highlight=False)
        console.print()
