"""`comity keys`: who may use a server that asks for keys."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comity.errors import NotFound

if TYPE_CHECKING:
    from comity.settings import Settings
    from comity.store import ApiKey, Database, Scope

app = typer.Typer(
    help="Issue, list and revoke the API keys of a server that runs with COMITY_REQUIRE_KEY=1.",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]
_SCOPES = "`moderate`, `read`, `review`, `annotate` or `admin`; repeat it for several. `moderate` if absent."


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scope: Annotated[list[str] | None, typer.Option(help=_SCOPES)] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="The policy for its requests that name none.")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="The most requests in a minute; any number if absent.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Issue a key. It is printed now and never again: the database keeps only its hash.

    Example:

      comity keys create forum --policy our-forum --per-minute 600
    """
    from comity.store import issue_key

    settings = _settings()
    if policy is not None:
        _check_policy(policy, settings)
    scopes: list[Scope] = scope or ["moderate"]  # type: ignore[assignment]  # issue_key checks the words
    with _database(settings) as database, database.write() as session:
        issued = issue_key(session, name, scopes=scopes, policy=policy, per_minute=per_minute)
    if json:
        typer.echo(dumps({"key": issued.secret, **_row(issued.key)}))
        return
    typer.echo(issued.secret)
    Console(stderr=True).print(
        f"Key {issued.key.id} for {name}: keep it now, it is not shown again.", markup=False, highlight=False
    )


@app.command("list")
def list_keys(json: JsonOption = False) -> None:
    """List all keys, revoked ones too, by number and first characters."""
    from comity.store import list_keys as page

    rows: list[dict[str, Any]] = []
    after: int | None = 0
    with _database(_settings()) as database, database.read() as session:
        while after is not None:
            found = page(session, after=after)
            rows += [_row(key) for key in found.rows]
            after = found.next
    if json:
        for row in rows:
            typer.echo(dumps(row))
        return
    table = Table(
        "id", "name", "begins with", "scopes", "policy", "per minute", "created", "revoked", box=None
    )
    for row in rows:
        cells = (" ".join(cell) if isinstance(cell, list) else str(cell or "") for cell in row.values())
        table.add_row(*cells)
    Console().print(table)


@app.command()
def revoke(id: Annotated[int, typer.Argument(help="The number that `comity keys list` prints.")]) -> None:
    """Revoke a key: it is refused from the next request on. Revoking twice changes nothing."""
    from comity.store import revoke_key

    with _database(_settings()) as database, database.write() as session:
        key = revoke_key(session, id)
        typer.echo(f"key {key.id} of {key.name} is revoked")


def _settings() -> Settings:
    from comity.settings import Settings

    return Settings.from_environment()


def _database(settings: Settings) -> Database:
    from comity.store import Database

    return Database(settings.database)


def _check_policy(name: str, settings: Settings) -> None:
    """Raises NotFound unless a server with `settings` would know the policy."""
    from comity.policy import Library

    library = Library(settings.policies) if settings.policies else Library()
    if name.partition("@")[0] not in library.names():
        known = ", ".join(library.names())
        raise NotFound(
            f"the server has no policy `{name}`",
            next_step=f"Use one of: {known}; or set COMITY_POLICIES as the server has it.",
        )


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "policy": key.policy,
        "per_minute": key.per_minute,
        "created_at": key.created_at.isoformat(timespec="seconds"),
        "revoked_at": key.revoked_at.isoformat(timespec="seconds") if key.revoked_at else None,
    }
