"""`comity policy braked`, `release` and `rates`: rules as the server found them to hit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.store import DatabaseOption, JsonOption, url_of
from comity.errors import InputError, NotFound

if TYPE_CHECKING:
    from comity.evaluate.metric import Interval
    from comity.intake.rates import Rate
    from comity.policy import Policy
    from comity.store import Database


def braked(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """List the rules that the brake holds in shadow, since when and why."""
    from comity.intake.brake import list_braked

    with opened(database) as store, store.read() as session:
        rows = [
            {
                "policy": state.policy,
                "rule": state.rule,
                "since": state.since.isoformat(timespec="seconds"),
                "why": state.reason,
            }
            for state in list_braked(session)
        ]
    if json:
        for row in rows:
            typer.echo(dumps(row))
        return
    table = Table("policy", "rule", "since", "why", box=None)
    for row in rows:
        table.add_row(*row.values())
    Console().print(table if rows else "The brake holds no rule.")


def release(
    name: Annotated[str, typer.Argument(help="The name of the policy.")],
    rule: Annotated[str, typer.Argument(help="The id of the rule.")],
    database: DatabaseOption = None,
) -> None:
    """Let a rule that the brake holds be live again; servers follow within seconds. Its rate is counted anew."""
    from comity.intake import brake
    from comity.store.tables import now

    with opened(database) as store:
        store.transact(lambda session: brake.release(session, name, rule, now(), actor="operator"))
    typer.echo(f"{rule} of {name} is live again")


def rates(
    policy: Annotated[str, typer.Argument(help="A policy of the server, or the path of its file.")],
    window: Annotated[str, typer.Option(help="How far to look back, such as 30m, 1h or 7d.")] = "1h",
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Show what share of the kept items each live or shadow rule hits, with 95 % intervals (Wilson's).

    At most the newest 10,000 items count, from when on the rule is in its state and the policy has its version.

    Example:

      comity policy rates our-forum --window 7d
    """
    from comity.intake.brake import braked_rules, with_brakes
    from comity.intake.rates import rates as count
    from comity.store.tables import now

    loaded, since = _served(policy), now() - timedelta(seconds=_seconds(window))
    with opened(database) as store, store.read() as session:
        found = count(session, with_brakes(loaded, braked_rules(session)), since)
    if json:
        for rate in found:
            typer.echo(dumps(rate.to_json()))
        return
    table = Table("rule", "state", "items", "hits", "share", "to a person", "share", box=None)
    for rate in found:
        table.add_row(
            rate.rule,
            rate.state,
            f"{rate.items:,}",
            f"{rate.hits:,}",
            _share(rate, rate.hit_share),
            f"{rate.reviews:,}",
            _share(rate, rate.review_share),
        )
    Console().print(table)


@contextmanager
def opened(url: str | None) -> Iterator[Database]:
    """The database at `url`, or the one of the settings. Raises NotFound if nobody has made it yet."""
    from comity.store import Database, is_there

    if not is_there(url_of(url)):
        raise NotFound("there is no such database", next_step="Name another with --database.")
    with Database(url_of(url)) as database:
        yield database


def _served(name: str) -> Policy:
    """As the server finds it: among the packs and in the folder of the settings, or a file."""
    from comity.policy import Library, load
    from comity.settings import Settings

    folder = Settings.from_environment().policies
    return load(name, library=Library(folder) if folder else None)


def _seconds(window: str) -> int:
    from comity.policy.document import seconds

    number, unit = window[:-1], window[-1:]
    if not (number.isascii() and number.isdecimal() and 0 < len(number) < 5 and unit in "mhd"):
        raise InputError("a window is a number of minutes, hours or days such as 30m, 1h or 7d", where=window)
    return seconds(window)


def _share(rate: Rate, share: Interval) -> str:
    from comity.intake.rates import percent

    return f"{percent(share.value)} [{percent(share.low)}, {percent(share.high)}]" if rate.items else ""
