"""A decision for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.content import Span
from comity.decide import Decision
from comity.detect import Signals
from comity.moderator.record import measured_quality
from comity.policy import Policy

_STYLES = {
    "allow": "green",
    "label": "cyan",
    "limit": "yellow",
    "review": "yellow",
    "remove": "red",
    "block": "red",
}
_SHOWN_SCORES = 8


def show_decision(console: Console, policy: Policy, text: str, decision: Decision) -> None:
    """Prints the action, the violated rules with reason and evidence, the highest scores, what nobody judged."""
    sure = "" if decision.confidence is None else f"  (confidence {decision.confidence:.2f})"
    console.print(Text(" + ".join(decision.actions) + sure, style=f"bold {_STYLES[decision.action]}"))
    for violation in decision.violations:
        rule = policy.rule(violation.rule)
        console.print(f"\n[bold]{violation.rule}[/bold] → {violation.action} ({violation.severity.label})")
        console.print(Text(f"  {rule.text if rule else ''}", style="italic"))
        console.print(Text(f"  {violation.reason}"))
        for rationale in _rationales(decision, violation.criterion):
            console.print(Text(f"  why: {_printable(rationale)}"))
        spans = [place for place in violation.evidence if isinstance(place, Span)]
        if spans:
            console.print(_highlighted(text, spans))
    if decision.scores:
        console.print(_scores(decision))
    for missing in decision.not_judged:
        console.print(Text(f"not judged: {missing.what}: {missing.reason}", style="dim"))
    console.print(Text(f"{decision.policy}  plan {decision.plan}  {decision.ms:.0f} ms", style="dim"))


def _rationales(decision: Decision, criterion: str) -> list[str]:
    """What detectors that give reasons said of `criterion`."""
    return [
        signal.rationale
        for outcome in decision.outcomes.values()
        if isinstance(outcome, Signals)
        for signal in outcome.signals
        if signal.criterion == criterion and signal.rationale
    ]


def _highlighted(text: str, spans: list[Span]) -> Text:
    line = Text("  │ " + _printable(text))
    for span in spans:
        line.stylize("reverse", span.start + 4, span.end + 4)
    return line


def _printable(text: str) -> str:
    """`text` with one harmless character for each control character, so that offsets hold and terminals are safe."""
    return "".join(char if char.isprintable() else "\N{SYMBOL FOR SUBSTITUTE}" for char in text)


def _scores(decision: Decision) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("criterion")
    table.add_column("probability", justify="right")
    table.add_column("severity")
    table.add_column("ROC-AUC", justify="right")
    quality = measured_quality(decision)
    highest = sorted(decision.scores.items(), key=lambda pair: -pair[1])[:_SHOWN_SCORES]
    for criterion, score in highest:
        severity = decision.severities.get(criterion)
        table.add_row(
            criterion,
            f"{score:.2f}",
            severity.label if severity is not None else "",
            f"{quality[criterion]:.2f}" if criterion in quality else "",
        )
    return table
