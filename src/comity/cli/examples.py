"""`comity examples`: teach the rules of a policy by example."""

from __future__ import annotations

import sys
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.errors import InputError, NotFound

if TYPE_CHECKING:
    from comity.policy import Policy
    from comity.settings import Settings
    from comity.store import Database, Example

app = typer.Typer(
    help="Teach the rules of a policy by example: texts that break a rule, or plainly keep it.",
    no_args_is_help=True,
)
PolicyArgument = Annotated[str, typer.Argument(help="A policy that the server knows, or a policy file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]


@app.command()
def add(
    policy: PolicyArgument,
    rule: Annotated[str, typer.Argument(help="The id of the rule.")],
    text: Annotated[str, typer.Argument(help="The example; `-` reads it from stdin.")],
    keeps: Annotated[
        bool, typer.Option("--keeps", help="The text keeps the rule, and does not break it.")
    ] = False,
    note: Annotated[str, typer.Option(help="Why, for people.")] = "",
    json: JsonOption = False,
) -> None:
    """Add an example. Servers on the same database judge by it within 5 seconds.

    Examples:

      comity examples add community no-insults "You utter walnut."

      comity examples add community no-insults "This walnut is rotten." --keeps --note "about a nut"
    """
    from comity.store import NewExample, add_example

    settings = _settings()
    found = _policy(policy, settings)
    _check_rule(found, rule)
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    new = NewExample(found.name, rule, text, violates=not keeps, note=note)
    with _database(settings) as database, database.write() as session:
        row = _row(add_example(session, new))
    if json:
        typer.echo(dumps(row))
    else:
        typer.echo(f"example {row['id']} of {rule} is added")


@app.command()
def remove(id: Annotated[int, typer.Argument(help="The number that `comity examples list` prints.")]) -> None:
    """Remove an example and erase its text. Servers on the same database forget it within 5 seconds."""
    from comity.store import remove_example

    with _database(_settings()) as database, database.write() as session:
        remove_example(session, id)
    typer.echo(f"example {id} is removed")


@app.command("list")
def list_examples(
    policy: PolicyArgument,
    rule: Annotated[str | None, typer.Option(help="Of this rule only.")] = None,
    json: JsonOption = False,
) -> None:
    """List the examples for a policy, oldest first. Those in the policy file itself are not among them."""
    from comity.store import list_examples as page

    settings = _settings()
    name = _policy(policy, settings).name
    rows: list[dict[str, Any]] = []
    after: int | None = 0
    with _database(settings) as database, database.read() as session:
        while after is not None:
            found = page(session, name, rule=rule, after=after)
            rows += [_row(example) for example in found.rows]
            after = found.next
    if json:
        for row in rows:
            typer.echo(dumps(row))
        return
    table = Table("id", "rule", "", "text", "note", box=None)
    for row in rows:
        verdict = "breaks it" if row["violates"] else "keeps it"
        table.add_row(str(row["id"]), row["rule"], verdict, Text(row["text"]), Text(row["note"]))
    Console().print(table)


def _settings() -> Settings:
    from comity.settings import Settings

    return Settings.from_environment()


def _database(settings: Settings) -> Database:
    from comity.store import Database

    return Database(settings.database)


def _policy(reference: str, settings: Settings) -> Policy:
    """Raises PolicyError, NotFound."""
    from comity.policy import Library, load

    return load(reference, library=Library(settings.policies) if settings.policies else Library())


def _check_rule(policy: Policy, id: str) -> None:
    rule = policy.rule(id)
    if rule is None:
        known = ", ".join(rule.id for rule in policy.rules)
        raise NotFound(f"{policy.reference} has no rule `{id}`", next_step=f"Its rules: {known}.")
    if rule.when is not None and not rule.has_screens:
        raise InputError(
            f"the rule `{id}` is decided by its condition on facts alone, so that no text can be an example",
            next_step="Give a rule that watches categories, terms, patterns or domains, or one for people only.",
        )


def _row(example: Example) -> dict[str, Any]:
    return {
        "id": example.id,
        "policy": example.policy,
        "rule": example.rule,
        "text": example.text,
        "violates": example.violates,
        "note": example.note,
        "created_at": example.created_at.isoformat(timespec="seconds"),
    }
