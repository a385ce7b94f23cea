"""`comity migrate`: come over from another service with what it left you."""

from __future__ import annotations

from json import dumps
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.moderate import JsonOption, PolicyOption
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.evaluate.score_map import Agreement
    from comity.serve.perspective.migration import Migrated, Migration

app = typer.Typer(help="Come over from another service with what it left you.", no_args_is_help=True)
_THRESHOLDS = (0.7, 0.8, 0.9)


@app.callback()
def _family() -> None:
    """Typer would take a single command for the whole family."""


@app.command()
def perspective(
    log: Annotated[Path, typer.Argument(help="A CSV file with the columns text, attribute, score.")],
    threshold: Annotated[
        list[float] | None,
        typer.Option(
            min=0.0, max=1.0, help="A threshold that your site uses; repeat it. 0.7, 0.8, 0.9 if absent."
        ),
    ] = None,
    policy: PolicyOption = "community",
    output: Annotated[Path, typer.Option(help="Where the maps go.")] = Path("perspective-map.yaml"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing --output.")] = False,
    plot: Annotated[Path | None, typer.Option(help="An SVG file with both scores and the map.")] = None,
    json: JsonOption = False,
) -> None:
    """Fit Perspective's scores, as your own log has them, to ours.

    One half of the log fits a map for each attribute; the other half says how well it does. The server loads the maps
    with COMITY_PERSPECTIVE_MAP, and your thresholds stay what they are. For a policy of your own, the table proposes
    thresholds in place of yours. Example:

      comity migrate perspective scores.csv --threshold 0.8 --plot scores.svg
    """
    from rich.progress import track

    from comity.evaluate.scatter import Panel, scatter
    from comity.moderator import Moderator
    from comity.serve.perspective.log import read_log
    from comity.serve.perspective.migration import migrate
    from comity.serve.perspective.score_maps import ScoreMaps

    if output.exists() and not overwrite:
        raise InputError("the output exists already", where=str(output), next_step="Pass --overwrite.")
    rows = read_log(log)
    stderr = Console(stderr=True)
    with Moderator(policy) as moderator:
        found = migrate(
            rows,
            moderator,
            threshold or _THRESHOLDS,
            watch=lambda batches: track(batches, "judging", console=stderr, transient=True),
        )
    _show_json(found) if json else _show(found)
    for attribute, reason in found.left_out.items():
        stderr.print(f"{attribute}: no map: {reason}", markup=False)
    if not found.attributes:
        raise InputError("no attribute has rows enough for a map", where=str(log))
    _write(
        output, ScoreMaps(found.maps, "our scores on the log").text("Made by `comity migrate perspective`.")
    )
    stderr.print(f"Serve it with COMITY_PERSPECTIVE_MAP={output}", markup=False, soft_wrap=True)
    if plot is not None:
        panels = [Panel(one.attribute, one.ours, one.theirs, one.score_map) for one in found.attributes]
        _write(plot, scatter(panels, "our score", "Perspective's score"))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror}", where=str(path)) from error


def _show(found: Migration) -> None:
    """`same rate` and `closest` are cuts of our own score for a policy, where no map stands between."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    columns = (
        "attribute",
        "at",
        "agreement, 95 %",
        "flagged",
        "now",
        "same rate",
        "closest",
        "agrees",
        "rows",
    )
    for column in columns:
        table.add_column(column, justify="left" if column == "attribute" else "right", no_wrap=True)
    for one in found.attributes:
        for mapped, proposal in zip(one.figures.at, one.proposals, strict=True):
            share = mapped.agreement
            table.add_row(
                one.attribute,
                f"{mapped.threshold:g}",
                f"{share.value:.1%} {100 * share.low:.1f}–{100 * share.high:.1f}",
                f"{mapped.theirs:.1%}",
                f"{mapped.ours:.1%}",
                f"{proposal.same_rate:.3f}",
                f"{proposal.closest:.3f}",
                f"{proposal.at_closest.agreement.value:.1%}",
                f"{one.figures.rows:,}",
            )
    Console().print(table)


def _show_json(found: Migration) -> None:
    for one in found.attributes:
        figures = {"n": one.figures.rows, "fitted_on": one.fitted_rows}
        correlation = None if isnan(one.figures.spearman) else one.figures.spearman
        quality = {"rank_correlation": correlation, "mean_absolute_error": one.figures.error}
        for use, cut, at in _choices(one):
            chosen = {"attribute": one.attribute, "threshold": at.threshold, "use": use, "our_score": cut}
            shares = {
                "agreement": at.agreement.value,
                "agreement_95": [at.agreement.low, at.agreement.high],
                "flagged_then": at.theirs,
                "flagged_now": at.ours,
            }
            typer.echo(dumps({**chosen, **shares, **figures, **quality}))


def _choices(one: Migrated) -> list[tuple[str, float | None, Agreement]]:
    """How each threshold can go on: behind the map, or as a cut of our own score in a policy."""
    rows: list[tuple[str, float | None, Agreement]] = []
    for mapped, proposal in zip(one.figures.at, one.proposals, strict=True):
        rows.append(("the map", None, mapped))
        rows.append(("same rate", proposal.same_rate, proposal.at_same_rate))
        rows.append(("best agreement", proposal.closest, proposal.at_closest))
    return rows
