"""`comity store retain`, `purge`, `hold`, `holds`, `lift`, `export` and `erase`: how long the store keeps texts."""

from __future__ import annotations

import sys
from collections import Counter
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.exits import Exit
from comity.cli.store import DatabaseOption, JsonOption, tell, url_of
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.store import Database
    from comity.store.tables import Hold

app = typer.Typer()
AuthorArgument = Annotated[str, typer.Argument(help="The id that the site knows the author by.")]
_KINDS = "`item`, `decision`, `report`, `note`, `statement`, `appeal` or `annotation`."
_BY = "operator"
"""Whom the log of events names as having done it."""


@app.command()
def retain(
    kind: Annotated[str | None, typer.Argument(help=f"The kind of texts: {_KINDS}")] = None,
    days: Annotated[
        str | None, typer.Argument(help="They are purged after so many days; `ever` takes the rule back.")
    ] = None,
    community: Annotated[
        str, typer.Option(help="In this one only; its rule goes before the general one.")
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show the rules that there are.")] = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Say how long texts are kept. Without a rule they are kept for ever. Servers purge what is due every minute.

    Examples:

      comity store retain item 365

      comity store retain item 30 --community teenagers

      comity store retain item ever --community teenagers
    """
    from comity.store import retention

    if list_:
        with _opened(database) as opened, opened.read() as session:
            rules = retention.list_retention(session)
        _show(
            [{"kind": row.kind, "days": row.days, "community": row.community or None} for row in rules], json
        )
        return
    if kind is None or days is None:
        raise InputError("a kind and a number of days are needed", next_step="Give both, or --list.")
    number = _days(days)
    with _opened(database) as opened:
        opened.transact(lambda session: retention.retain(session, kind, number, community=community))
    where = f" in {community}" if community else ""
    told = "have no rule any more" if number is None else f"are purged after {number:,} days"
    tell(
        {"kind": kind, "days": number, "community": community or None},
        f"texts of kind {kind}{where} {told}",
        json,
    )


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what is due, and erase nothing.")] = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Erase the texts whose time is over now, instead of waiting for a server to do it. What is held stays."""
    from comity.store.purge import count_due
    from comity.store.purge import purge as purge_due
    from comity.store.tables import now

    counts: Counter[str] = Counter()
    with _opened(database) as opened, Console(stderr=True).status("purging") as status:
        if dry_run:
            with opened.read() as session:
                counts.update(count_due(session, now()))
        else:
            for kind, count in purge_due(opened, now()):
                counts[kind] += count
                status.update(f"purging: {counts.total():,}")
            opened.checkpoint()
    verb = "are due" if dry_run else "are purged"
    kinds = ", ".join(f"{count:,} of kind {kind}" for kind, count in counts.items())
    tell({"dry_run": dry_run, "purged": dict(counts)}, f"{kinds or 'none'} {verb}", json)


@app.command()
def hold(
    kind: Annotated[str, typer.Argument(help="`item`, `author` or `community`.")],
    subject: Annotated[str, typer.Argument(help="Its id.")],
    reason: Annotated[str, typer.Option(help="Why, such as the file number of a court.")],
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Place a legal hold: nothing of it is purged or erased until the hold is lifted.

    Example:

      comity store hold author mira-7 --reason "court order 12/2026"
    """
    from comity.store import retention
    from comity.store.tables import now

    with _opened(database) as opened:
        placed = opened.transact(lambda session: retention.hold(session, kind, subject, reason, _BY, now()))
    tell(_hold(placed), f"hold {placed.id} is placed", json)


@app.command()
def holds(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """List the holds that are not lifted."""
    from comity.store.retention import list_holds

    with _opened(database) as opened, opened.read() as session:
        _show([_hold(found) for found in list_holds(session)], json)


@app.command()
def lift(
    number: Annotated[int, typer.Argument(help="The number that `comity store holds` prints.")],
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Lift a legal hold: what is due is purged then; an author whose erasure it kept back is to be erased again."""
    from comity.store.retention import lift_hold
    from comity.store.tables import now

    with _opened(database) as opened:
        lifted = opened.transact(lambda session: lift_hold(session, number, _BY, now()))
    tell(_hold(lifted), f"hold {lifted.id} is lifted", json)


@app.command()
def export(
    author: AuthorArgument,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; stdout if absent.")] = None,
    database: DatabaseOption = None,
) -> None:
    """Write down all that an author wrote and what was decided about it, a JSON object a line.

    Example:

      comity store export mira-7 -o mira.jsonl
    """
    from comity.store.export import export_author

    with _opened(database) as opened, opened.read() as session:
        rows = export_author(session, author)
        lines = (dumps(row, ensure_ascii=False) + "\n" for row in rows)
        if output is None:
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # whatever the terminal's is
            sys.stdout.writelines(lines)
            return
        with output.open("w", encoding="utf-8") as file:
            file.writelines(lines)


@app.command()
def erase(
    author: AuthorArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Erase all that an author wrote and all that others wrote about it; ids, numbers and hashes stay.

    It cannot be undone. Then the database is cleaned of what was deleted, for which SQLite needs room on the disk for
    the file once more, and lets nobody else write meanwhile. Ends with 1 if a legal hold kept something.
    """
    from comity.store.erase import erase_author
    from comity.store.tables import now

    with _opened(database) as opened:
        if not yes:
            typer.confirm(f"Erase everything that {author} wrote?", abort=True, err=True)
        erased = opened.transact(lambda session: erase_author(session, author, actor=_BY, now=now()))
        with Console(stderr=True).status("cleaning the database"):
            opened.vacuum()
    row = {"author": author, "texts": erased.texts, "copies": erased.copies, "held": erased.held}
    kept = f"; {erased.held:,} are kept by a legal hold" if erased.held else ""
    tell(row, f"{erased.texts:,} texts and {erased.copies:,} copies are erased{kept}", json)
    if erased.held:
        raise typer.Exit(Exit.SOME_FAILED)


def _opened(url: str | None) -> Database:
    from comity.store import Database

    return Database(url_of(url))


def _days(value: str) -> int | None:
    if value == "ever":
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise InputError(f"`{value[:64]}` is no number of days", next_step="Give a whole number, or `ever`.")
    return int(value)


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "kind": hold.kind,
        "subject": hold.subject,
        "reason": hold.reason,
        "actor": hold.actor,
        "created_at": hold.created_at.isoformat(timespec="seconds"),
        "lifted_at": hold.lifted_at.isoformat(timespec="seconds") if hold.lifted_at else None,
    }


def _show(rows: list[dict[str, Any]], json: bool) -> None:
    if json:
        for row in rows:
            typer.echo(dumps(row))
    elif rows:
        table = Table(*(name.replace("_", " ") for name in rows[0]), box=None)
        for row in rows:
            table.add_row(*(str(cell) if cell is not None else "" for cell in row.values()))
        Console().print(table)
