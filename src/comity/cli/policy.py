"""`comity policy`: look at, check and test policies."""

from __future__ import annotations

from dataclasses import replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.cli.exits import Exit
from comity.cli.judge_options import JudgeDialect, JudgeModel, JudgeUrl, with_judge
from comity.cli.policy_brake import braked, rates, release
from comity.cli.policy_ladder import ladder
from comity.cli.policy_show import show
from comity.errors import InputError
from comity.policy import Library, Rule, load
from comity.settings import Settings

if TYPE_CHECKING:
    from comity.moderator.assemble import Judge

app = typer.Typer(help="Look at, check and test policies, and at what their rules do.", no_args_is_help=True)
PolicyArgument = Annotated[str, typer.Argument(help="A pack (`community`) or the path of a policy file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]


@app.command("list")
def list_policies(json: JsonOption = False) -> None:
    """List the policies that come with Comity."""
    policies = [load(name) for name in Library().names()]
    if json:
        for policy in policies:
            told = {"policy": policy.name, "version": policy.version, "rules": len(policy.rules)}
            typer.echo(dumps({**told, "description": policy.description}))
        return
    table = Table("policy", "version", "rules", "description", box=None)
    for policy in policies:
        table.add_row(policy.name, str(policy.version), str(len(policy.rules)), policy.description)
    Console().print(table)


app.command()(show)


@app.command()
def check(
    policy: PolicyArgument,
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_dialect: JudgeDialect = None,
    json: JsonOption = False,
) -> None:
    """Check a policy file and print who can enforce each rule: a detector, a judge, facts, or people only.

    All mistakes are shown at once, each with its line; the exit code is then 2.
    """
    from comity.moderator import Moderator
    from comity.moderator.assemble import judge_at

    judge = judge_at(with_judge(Settings.from_environment(), judge_url, judge_model, judge_dialect))
    with Moderator(load(policy), judge=judge) as moderator:
        rows = [_enforcement(rule, moderator) for rule in moderator.policy.rules]
    if json:
        for row in rows:
            typer.echo(dumps(row))
        return
    table = Table("rule", "state", "enforced by", "follows", "note", box=None)
    for row in rows:
        table.add_row(row["rule"], row["state"], row["enforced_by"], row["follows"], row["note"])
    Console().print(table)


@app.command("test")
def try_policy(
    policy: PolicyArgument,
    json: JsonOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the examples that pass, too.")
    ] = False,
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_dialect: JudgeDialect = None,
) -> None:
    """Try every example of a policy, draft and shadow rules included; the exit code is 1 if one fails.

    A judge is not told the examples that it is tried on.
    """
    from comity.evaluate.policy_examples import testable, try_examples
    from comity.moderator import Moderator
    from comity.moderator.assemble import judge_at

    judge = judge_at(with_judge(Settings.from_environment(), judge_url, judge_model, judge_dialect))
    loaded = testable(load(policy))
    with Moderator(loaded, judge=_untold(judge)) as moderator:
        results = list(try_examples(moderator))
    failed = [result for result in results if not result.passed]
    console = Console()
    for result in results if verbose or json else failed:
        told = {
            "rule": result.rule,
            "passed": result.passed,
            "violates": result.example.violates,
            "broken": result.broken,
            "action": result.action,
            "score": result.score,
            "unjudged": result.unjudged,
            "text": result.example.text,
        }
        if json:
            typer.echo(dumps(told))
        else:
            score = "" if result.score is None else f" ({result.score:.2f})"
            expected = "should break it" if result.example.violates else "should keep it"
            mark = "[green]passed[/green]" if result.passed else "[red]failed[/red]"
            console.print(f"{mark} [bold]{result.rule}[/bold]{score}: {expected}:", Text(result.example.text))
    if not json:
        untested = {rule.id for rule in loaded.rules if rule.examples} - {result.rule for result in results}
        console.print(f"{len(results) - len(failed)} of {len(results)} examples passed.")
        if untested:
            console.print(f"Not tried, for people only: {', '.join(sorted(untested))}.")
    if failed:
        raise typer.Exit(Exit.SOME_FAILED)


@app.command("match")
def match_examples(
    policy: PolicyArgument,
    examples: Annotated[Path, typer.Argument(help="New examples, one a line.")],
    json: JsonOption = False,
) -> None:
    """Propose for each new example the rules that it may fall under, for a person to confirm.

    What an example has in common with a rule's text and examples decides: letters, not meaning.
    """
    from comity.evaluate.sections.match_rules import match_rules

    try:
        texts = [line.strip() for line in examples.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the examples cannot be read: {error}", where=str(examples)) from error
    found = match_rules(load(policy), texts, [{}] * len(texts))
    console = Console()
    for text, candidates in zip(texts, found, strict=True):
        if json:
            rules = {candidate.rule: round(candidate.similarity, 3) for candidate in candidates}
            typer.echo(dumps({"text": text, "rules": rules}))
        else:
            names = ", ".join(f"{candidate.rule} ({candidate.similarity:.2f})" for candidate in candidates)
            console.print(Text(f"{names or 'no rule is like it'}:", style="bold"), Text(text))


for command in (rates, braked, release, ladder):
    app.command()(command)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a policy file, for editors."""
    from comity.policy.schema import json_schema

    typer.echo(dumps(json_schema(), indent=2))


def _untold(judge: Judge | None) -> Judge | None:
    """`judge`, which does not see the examples of its rules."""
    if judge is None:
        return None
    return lambda rules: judge([replace(rule, examples=()) for rule in rules])


def _enforcement(rule: Rule, moderator: Any) -> dict[str, str]:
    """Who enforces `rule` under the moderator's plans, and what follows from a hit."""
    plans = [plan for plan in (moderator.plan, moderator.plan.shadow) if plan]
    compiled = next((found for plan in plans for found in plan.rules if found.id == rule.id), None)
    row = {
        "rule": rule.id,
        "state": rule.state,
        "enforced_by": "",
        "follows": " + ".join(rule.actions),
        "note": "",
    }
    if compiled is None:
        return row | {"note": f"not compiled: {rule.state}"}
    who = {
        "detector": _providers(compiled, plans[0]),
        "judge": "a judge",
        "facts": "facts",
        "people": "people only",
    }
    row["enforced_by"] = " + ".join(who[enforcer] for enforcer in compiled.enforcers)
    row["follows"] = " + ".join(compiled.on_hit)
    notes = []
    if compiled.deferred:
        notes.append(f"no judge checks its exceptions, so {' + '.join(rule.actions)} became review")
    unserved = [c for c in rule.categories if c not in plans[0].providers]
    if unserved:
        notes.append(f"no detector for {', '.join(unserved)}")
    return row | {"note": "; ".join(notes)}


def _providers(compiled: Any, plan: Any) -> str:
    names = [name for screen in compiled.screens for name in plan.providers[screen.criterion]]
    kinds = (f"its {name.partition(':')[0]}" if name.endswith(f":{compiled.id}") else name for name in names)
    return ", ".join(dict.fromkeys(kinds))
