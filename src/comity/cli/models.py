"""`comity models`: the models at hand, what they judge, and whether their files are whole."""

from __future__ import annotations

from json import dumps
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from comity.models import available, find

app = typer.Typer(
    help="The models at hand, what they judge, and whether their files are whole.", no_args_is_help=True
)
ModelArgument = Annotated[str, typer.Argument(help="A name that `comity models list` prints.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]


@app.command("list")
def list_models(json: JsonOption = False) -> None:
    """List the models with their languages, criteria and size."""
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
        for artefact in available()
    ]
    if json:
        for row in rows:
            typer.echo(dumps(row))
        return
    table = Table("model", "version", "languages", "criteria", "MB", box=None)
    for row in rows:
        table.add_row(*(", ".join(cell) if isinstance(cell, list) else str(cell) for cell in row.values()))
    Console().print(table)


@app.command()
def show(model: ModelArgument, json: JsonOption = False) -> None:
    """Show a model's card: data and licences, quality with intervals, limits."""
    artefact = find(model)
    if json:
        typer.echo(artefact.card.model_dump_json())
    else:
        Console().print(Markdown((artefact.folder / "card.md").read_text(encoding="utf-8")))


@app.command()
def verify(
    model: Annotated[str | None, typer.Argument(help="One model; all of them if absent.")] = None,
) -> None:
    """Compare every file of a model with the checksum on its card; the exit code is 3 if one differs."""
    for artefact in [find(model)] if model else available():
        artefact.verify()
        typer.echo(f"{artefact.card.name}: every file is as its card says")
