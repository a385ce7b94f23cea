"""`comity store`: looks after the database of an installation. What texts it keeps is in `store_texts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from comity.cli.exits import Exit
from comity.errors import NotFound

if TYPE_CHECKING:
    from comity.store.backup_file import Manifest

app = typer.Typer(
    help="Look after the database: bring it up to date, back it up, check it, purge and erase texts.",
    no_args_is_help=True,
)
DatabaseOption = Annotated[
    str | None,
    typer.Option(help="Its URL; COMITY_DATABASE if absent, which is the place for one with a password."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]


@app.command()
def upgrade(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """Bring the database to the schema of this version, or set up an empty one.

    PostgreSQL needs it once after each new version of Comity, with the servers stopped; SQLite does it by itself.
    """
    from comity.store import Database
    from comity.store.migrate import head_revision

    with Database(url_of(database), upgrade=True) as opened:
        before, now = opened.found_revision, head_revision()
    did = "has" if before == now else f"had schema {before} and has"
    tell({"before": before, "revision": now}, f"the database {did} schema {now}", json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it: a zip, readable by its owner only.")],
    database: DatabaseOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    json: JsonOption = False,
) -> None:
    """Write everything that the database holds into one file, as it is at one moment; servers go on meanwhile.

    Example:

      comity store backup /var/backups/comity-monday.zip
    """
    from comity.store import Database, is_there
    from comity.store.backup import backup as write

    url = url_of(database)
    if not is_there(url):
        raise NotFound("there is no such database", next_step="Name another with --database.")
    # The schema is left as it is: a backup is made before it is changed.
    with Database(url, upgrade=False) as opened, _progress("saving") as progress:
        manifest = write(opened, file, overwrite=overwrite, progress=progress)
    tell(_row(manifest), f"{manifest.rows:,} rows of schema {manifest.revision} are saved", json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `comity store backup` wrote.")],
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Fill an empty database with a backup, of SQLite or of PostgreSQL, of this or an older version: all or nothing.

    Example, from SQLite to PostgreSQL, with the servers stopped:

      comity store backup all.zip

      export COMITY_DATABASE=postgresql://comity:…@db.example/comity

      comity store upgrade

      comity store restore all.zip
    """
    from comity.store import Database
    from comity.store.backup import restore as read

    with Database(url_of(database)) as opened, _progress("restoring") as progress:
        manifest = read(opened, file, progress=progress)
    tell(_row(manifest), f"{manifest.rows:,} rows of schema {manifest.revision} are restored", json)


@app.command()
def check(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Set the state to what the log says.")] = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Compare the state of every item with the log that it follows from, while servers go on. Ends with 1 if it finds
    a difference that it did not rebuild.
    """
    from comity.store import Database, is_there
    from comity.store.check import check as differences

    url = url_of(database)
    if not is_there(url):
        raise NotFound("there is no such database", next_step="Name another with --database.")
    wrong = rebuilt = 0
    with Database(url) as opened, _progress("checking") as progress:
        for found in differences(opened, rebuild=rebuild, progress=partial(progress, "items")):
            wrong, rebuilt = wrong + 1, rebuilt + found.rebuilt
            row = {
                "item": found.item,
                "what": found.what,
                "of_state": found.of_state,
                "rebuilt": found.rebuilt,
            }
            tell(row, f"{found.item}: {found.what}{' (rebuilt)' if found.rebuilt else ''}", json)
    if not json:
        typer.echo(
            f"{wrong:,} differences, {rebuilt:,} rebuilt" if wrong else "everything is as the log says"
        )
    if wrong > rebuilt:
        raise typer.Exit(Exit.SOME_FAILED)


def url_of(database: str | None) -> str:
    from comity.settings import Settings

    return database or Settings.from_environment().database


def tell(row: dict[str, Any], sentence: str, json: bool) -> None:
    """`row` on stdout for programs, `sentence` for people."""
    typer.echo(dumps(row) if json else sentence)


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[str, int, int], None]]:
    """On a terminal: which table it is at on stderr, and how far."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=None)

        def told(table: str, done: int, total: int) -> None:
            progress.update(task, description=f"{doing} {table}", completed=done, total=total)

        yield told


def _row(manifest: Manifest) -> dict[str, Any]:
    return {
        "revision": manifest.revision,
        "created_at": manifest.created_at.isoformat(timespec="seconds"),
        "rows": {table.name: table.rows for table in manifest.tables},
    }
