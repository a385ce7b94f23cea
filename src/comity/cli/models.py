"""`comity models`: the models at hand, what they judge, and whether their files are whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from json import dumps
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from comity.models import available, find
from comity.models.card import Card
from comity.models.quality import qualities

app = typer.Typer(
    help="The models at hand, what they judge, and whether their files are whole.", no_args_is_help=True
)
ModelArgument = Annotated[str, typer.Argument(help="A name that `comity models list` prints.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]


@app.command("list")
def list_models(json: JsonOption = False) -> None:
    """List the models with their languages, criteria and size, and how good each is, by language and criterion.

    Quality is ROC-AUC (0.5 is chance) with its 95 % interval, the median over test sets; where there are sets from
    sources that taught the model nothing, only those count.
    """
    artefacts = available()
    rows = [
        {
            "model": artefact.card.name,
            "version": artefact.card.version,
            "languages": list(artefact.card.languages),
            "criteria": list(artefact.card.labels),
            "megabytes": round(
                sum((artefact.folder / name).stat().st_size for name in artefact.card.files) / 1e6, 1
            ),
        }
        for artefact in artefacts
    ]
    if json:
        for row, artefact in zip(rows, artefacts, strict=True):
            typer.echo(dumps(row | {"quality": _as_json(artefact.card)}))
        return
    table = Table("model", "version", "languages", "criteria", "MB", box=None)
    for row in rows:
        table.add_row(*(", ".join(cell) if isinstance(cell, list) else str(cell) for cell in row.values()))
    console = Console()
    console.print(table)
    console.print(_quality_table(artefact.card for artefact in artefacts))


@app.command()
def show(model: ModelArgument, json: JsonOption = False) -> None:
    """Show a model's card: data and licences, quality with intervals, limits; and its quality as `list` sums it up."""
    artefact = find(model)
    if json:
        typer.echo(dumps(artefact.card.model_dump(mode="json") | {"quality": _as_json(artefact.card)}))
        return
    console = Console()
    console.print(Markdown((artefact.folder / "card.md").read_text(encoding="utf-8")))
    console.print(_quality_table([artefact.card]))


def _as_json(card: Card) -> list[dict[str, Any]]:
    return [asdict(found) | {"roc_auc": found.roc_auc.model_dump()} for found in qualities(card)]


def _quality_table(cards: Iterable[Card]) -> Table:
    table = Table("language", "criterion", "model", "ROC-AUC", "95 % interval", "test sets", box=None)
    table.caption = "The median over test sets; unseen ones are from sources that taught the model nothing."
    found = [(found, card.name) for card in cards for found in qualities(card)]
    for one, model in sorted(found, key=lambda pair: pair[0].language):
        auc = one.roc_auc
        sets = f"{len(one.sources)} {'seen' if one.seen else 'unseen'}"
        interval = f"{auc.low:.3f} to {auc.high:.3f}"
        table.add_row(one.language, one.criterion, model, f"{auc.value:.3f}", interval, sets)
    return table


@app.command()
def verify(
    model: Annotated[str | None, typer.Argument(help="One model; all of them if absent.")] = None,
) -> None:
    """Compare every file of a model with the checksum on its card; the exit code is 3 if one differs."""
    for artefact in [find(model)] if model else available():
        artefact.verify()
        typer.echo(f"{artefact.card.name}: every file is as its card says")
