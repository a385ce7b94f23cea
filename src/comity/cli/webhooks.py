"""`comity webhooks`: whom the server tells of events."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from comity.settings import Settings
    from comity.store import Database
    from comity.store.tables import Webhook
    from comity.store.webhooks import IssuedWebhook

app = typer.Typer(
    help="Add and remove the addresses that a server tells of events, and see to what could not be delivered.",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]
NameArgument = Annotated[str, typer.Argument(help="The name of the webhook.")]
DeliveryArgument = Annotated[
    int | None,
    typer.Argument(help="The number that `comity webhooks dead` prints; all of the webhook if absent."),
]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    url: Annotated[str, typer.Argument(help="Where events are sent to: an https URL.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Of events, such as `item.decided`; repeat it for several. All if absent."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Add a webhook. The secret that signs what it is sent is printed now and never again.

    Example:

      comity webhooks add forum https://forum.example/comity --kind item.decided
    """
    from comity.store.webhooks import add_webhook

    settings = _settings()
    hosts = settings.webhook_hosts or ()
    with _database(settings) as database:
        issued = database.transact(
            lambda session: add_webhook(session, name, url, kinds=kind or (), hosts=hosts)
        )
    _show_secret(issued, json)


@app.command("list")
def list_webhooks(json: JsonOption = False) -> None:
    """List all webhooks, disabled ones too."""
    from comity.store.webhooks import list_webhooks as page

    rows: list[dict[str, Any]] = []
    after: int | None = 0
    with _database(_settings()) as database, database.read() as session:
        while after is not None:
            found = page(session, after=after)
            rows += [_row(webhook) for webhook in found.rows]
            after = found.next
    _show(rows, json)


@app.command()
def remove(name: NameArgument) -> None:
    """Remove a webhook, with what still waits for it."""
    from comity.store.webhooks import remove_webhook

    with _database(_settings()) as database:
        database.transact(lambda session: remove_webhook(session, name))
    typer.echo(f"webhook {name} is removed")


@app.command()
def rotate(
    name: NameArgument,
    overlap_hours: Annotated[
        int, typer.Option(help="How long the old secret signs as well; 0 if somebody else knows it.")
    ] = 24,
    json: JsonOption = False,
) -> None:
    """Make a new secret, which signs at once. It is printed now and never again."""
    from comity.store.webhooks import rotate_secret

    with _database(_settings()) as database:
        issued = database.transact(lambda session: rotate_secret(session, name, overlap_hours=overlap_hours))
    _show_secret(issued, json)


@app.command()
def disable(name: NameArgument) -> None:
    """Send nothing to a webhook until it is enabled; what waits for it stays."""
    from comity.store.webhooks import disable_webhook

    with _database(_settings()) as database:
        database.transact(lambda session: disable_webhook(session, name))
    typer.echo(f"webhook {name} is disabled")


@app.command()
def enable(name: NameArgument) -> None:
    """Send to a webhook again, beginning with what waits for it."""
    from comity.store.webhooks import enable_webhook

    with _database(_settings()) as database:
        database.transact(lambda session: enable_webhook(session, name))
    typer.echo(f"webhook {name} is enabled")


@app.command()
def dead(name: NameArgument, json: JsonOption = False) -> None:
    """List what could not be delivered to a webhook and is not tried any more."""
    from comity.store.outbox import list_deliveries
    from comity.store.tables import Event
    from comity.store.webhooks import get_webhook

    rows: list[dict[str, Any]] = []
    after: int | None = 0
    with _database(_settings()) as database, database.read() as session:
        webhook = get_webhook(session, name)
        while after is not None:
            found = list_deliveries(session, webhook, "dead", after=after)
            for delivery in found.rows:
                event = session.get_one(Event, delivery.event_id)
                rows.append(
                    {
                        "id": delivery.id,
                        "kind": event.kind,
                        "subject": delivery.subject,
                        "attempts": delivery.attempts,
                        "at": event.at.isoformat(timespec="seconds"),
                        "error": delivery.error,
                    }
                )
            after = found.next
    _show(rows, json)


@app.command()
def replay(name: NameArgument, delivery: DeliveryArgument = None) -> None:
    """Try dead deliveries anew. They come after later events that were delivered meanwhile."""
    from comity.store.outbox import replay as replay_dead
    from comity.store.tables import now
    from comity.store.webhooks import get_webhook

    with _database(_settings()) as database:
        count = database.transact(
            lambda session: replay_dead(session, get_webhook(session, name), now(), delivery)
        )
    typer.echo(f"{count} of {name} will be tried anew")


@app.command()
def discard(name: NameArgument, delivery: DeliveryArgument = None) -> None:
    """Erase dead deliveries."""
    from comity.store.outbox import discard as discard_dead
    from comity.store.webhooks import get_webhook

    with _database(_settings()) as database:
        count = database.transact(lambda session: discard_dead(session, get_webhook(session, name), delivery))
    typer.echo(f"{count} of {name} are discarded")


def _settings() -> Settings:
    from comity.settings import Settings

    return Settings.from_environment()


def _database(settings: Settings) -> Database:
    from comity.store import Database

    return Database(settings.database)


def _show_secret(issued: IssuedWebhook, json: bool) -> None:
    if json:
        typer.echo(dumps({"secret": issued.secret, **_row(issued.webhook)}))
        return
    typer.echo(issued.secret)
    Console(stderr=True).print(
        f"Secret of {issued.webhook.name}: keep it now, it is not shown again.", markup=False, highlight=False
    )


def _show(rows: list[dict[str, Any]], json: bool) -> None:
    if json:
        for row in rows:
            typer.echo(dumps(row))
        return
    if rows:
        table = Table(*(name.replace("_", " ") for name in rows[0]), box=None)
        for row in rows:
            cells = (" ".join(cell) if isinstance(cell, list) else str(cell or "") for cell in row.values())
            table.add_row(*cells)
        Console().print(table)


def _row(webhook: Webhook) -> dict[str, Any]:
    return {
        "name": webhook.name,
        "url": webhook.url,
        "kinds": webhook.kinds.split(),
        "created_at": webhook.created_at.isoformat(timespec="seconds"),
        "disabled_at": webhook.disabled_at.isoformat(timespec="seconds") if webhook.disabled_at else None,
    }
