"""`comity policy ladder`: what a ladder would have done to those whose items were taken down."""

from __future__ import annotations

from datetime import timedelta
from json import dumps
from typing import Annotated

import typer

from comity.cli.policy_brake import opened
from comity.cli.store import DatabaseOption, JsonOption


def ladder(
    policy: Annotated[str, typer.Argument(help="The policy whose ladder to try: a pack or a file.")],
    against: Annotated[
        str | None, typer.Option(help="A policy to compare it with, such as the one in use.")
    ] = None,
    since: Annotated[int | None, typer.Option(min=1, help="Only the last so many days.")] = None,
    community: Annotated[str | None, typer.Option(help="Only what was posted there.")] = None,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Try a policy's ladder on the history in the database: who would have been warned, muted, suspended, banned.

    Decisions that were overturned do not count. Nothing is changed.

    Example:

      comity policy ladder stricter.yaml --against our-forum.yaml --since 180
    """
    from comity.decide.simulate import difference, simulate
    from comity.intake.history import incidents
    from comity.policy import load
    from comity.store.tables import now

    tried, other = load(policy), load(against) if against else None
    first = now() - timedelta(days=since) if since else None
    with opened(database) as store, store.read() as session:
        history = list(incidents(session, since=first, community=community))
    after = simulate(tried, history)
    told = {"simulation": after.to_json()}
    texts = [after.to_text()]
    if other is not None:
        before = simulate(other, history)
        compared = difference(before, after)
        told |= {"against": before.to_json(), "difference": compared.to_json()}
        texts += [before.to_text(), compared.to_text()]
    typer.echo(dumps(told) if json else "\n\n".join(texts))
