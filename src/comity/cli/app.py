"""The `comity` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from comity.cli import (
    calibrate,
    evaluate,
    examples,
    keys,
    migrate,
    models,
    moderate,
    policy,
    serve,
    store,
    store_texts,
    train,
    webhooks,
)
from comity.cli.exits import Exit
from comity.errors import ArtefactError, ComityError, MissingExtra, StoreError

app = typer.Typer(
    name="comity",
    help="Content moderation under a policy of your own: every decision cites its rule.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(moderate.moderate)
app.command()(serve.serve)
app.command()(train.train)
app.command()(calibrate.calibrate)
app.add_typer(policy.app, name="policy")
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(migrate.app, name="migrate")
app.add_typer(keys.app, name="keys")
app.add_typer(examples.app, name="examples")
store.app.add_typer(store_texts.app)
app.add_typer(store.app, name="store")
app.add_typer(webhooks.app, name="webhooks")


def _print_version(wanted: bool) -> None:
    if wanted:
        from comity import __version__

        typer.echo(f"comity {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Runs the command; a ComityError becomes its message on stderr and an exit code, never a traceback."""
    try:
        app()
    except ComityError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        system = isinstance(error, ArtefactError | MissingExtra | StoreError)
        sys.exit(Exit.SYSTEM if system else Exit.USAGE)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.OK)
