"""`comity policy show`: a policy in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from comity.cli.store import JsonOption

if TYPE_CHECKING:
    from comity.policy import HitRate, Ladder, Reason, Risk, Rule

_DSA = "STATEMENT_CATEGORY_"
_DERIVED = Text("  one for each live rule, in its own words, and `other`")


def show(
    policy: Annotated[str, typer.Argument(help="A pack (`community`) or the path of a policy file.")],
    json: JsonOption = False,
) -> None:
    """Show the rules of a policy as they apply, with everything it extends folded in; its ladder, and its reasons.

    With --json: each rule, then `{"ladder": ...}` and `{"reasons": [...]}`.
    """
    from comity.policy import load, reasons_of

    loaded = load(policy)
    if json:
        for rule in loaded.rules:
            typer.echo(dumps(_rule(rule)))
        typer.echo(dumps({"ladder": _ladder(loaded.ladder) if loaded.ladder else None}))
        typer.echo(dumps({"reasons": [_reason(reason) for reason in reasons_of(loaded)]}))
        return
    console = Console()
    console.print(Text(loaded.reference, style="bold"), Text(loaded.description))
    for rule in loaded.rules:
        console.print(f"\n[bold]{rule.id}[/bold]  {' + '.join(rule.actions)}  [dim]{rule.state}[/dim]")
        console.print(Text(f"  {rule.text}"))
        for exception in rule.exceptions:
            console.print(Text(f"  except: {exception}", style="italic"))
        for told in _told(rule):
            console.print(Text(f"  {told}", style="dim"))
    if loaded.ladder:
        console.print("\n[bold]Ladder[/bold]")
        for told in _climbed(loaded.ladder):
            console.print(Text(f"  {told}"))
    console.print("\n[bold]Reasons to report[/bold]")
    for line in _tree(reasons_of(loaded)) if loaded.reasons else [_DERIVED]:
        console.print(line)


def _told(rule: Rule) -> Iterator[str]:
    for criterion, threshold in rule.categories.items():
        yield f"{criterion} from {_threshold(threshold)}"
    if rule.when:
        yield f"when {rule.when}"
    if rule.strikes is not None:
        yield f"strikes {rule.strikes}"
    if rule.expect:
        yield f"expected to hit {_band(rule.expect)}"


def _band(expected: HitRate) -> str:
    from comity.intake.rates import percent

    return (
        f"{percent(expected.low)} to {percent(expected.high)} of the items within {expected.window}, "
        f"once there are {expected.of:,}"
    )


def _climbed(ladder: Ladder) -> Iterator[str]:
    weights = ", ".join(f"{severity.label} {weight}" for severity, weight in ladder.strikes.items())
    yield f"strikes of a violation: {weights}; they expire after {ladder.expire}"
    for step in ladder.rungs:
        yield f"from {step.at}: {step}"


def _tree(reasons: Sequence[Reason], indent: str = "  ") -> Iterator[Text]:
    for reason in reasons:
        category = (reason.dsa or "").removeprefix(_DSA).lower()
        line = Text(f"{indent}{reason.id}  {reason.text}")
        yield line.append(f"  {' '.join((*reason.rules, f'({category})'))}", style="dim")
        yield from _tree(reason.reasons, indent + "  ")


def _rule(rule: Rule) -> dict[str, Any]:
    expected = rule.expect
    return {
        "rule": rule.id,
        "text": rule.text,
        "exceptions": rule.exceptions,
        "categories": {criterion: _threshold(threshold) for criterion, threshold in rule.categories.items()},
        "terms": rule.terms,
        "patterns": rule.patterns,
        "domains": rule.domains,
        "when": str(rule.when) if rule.when else None,
        "actions": rule.actions,
        "review": rule.review,
        "state": rule.state,
        "locked": rule.locked,
        "strikes": rule.strikes,
        "expect": {"hits": [expected.low, expected.high], "of": expected.of, "window": expected.window}
        if expected
        else None,
        "examples": len(rule.examples),
    }


def _ladder(ladder: Ladder) -> dict[str, Any]:
    return {
        "strikes": {severity.label: weight for severity, weight in ladder.strikes.items()},
        "expire": ladder.expire,
        "steps": [{"at": step.at, "action": step.action, "for": step.lasts} for step in ladder.rungs],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "id": reason.id,
        "text": reason.text,
        "rules": reason.rules,
        "dsa": reason.dsa,
        "reasons": [_reason(child) for child in reason.reasons],
    }


def _threshold(threshold: float | Risk) -> str:
    from comity.policy import Risk

    return f"{threshold.measure} {threshold.value:g}" if isinstance(threshold, Risk) else f"{threshold:g}"
