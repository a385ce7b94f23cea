"""`comity calibrate`: make a model's scores mean at your site what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from json import dumps
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.suite_options import JsonOption
from comity.errors import InputError
from comity.policy.document import MODES

if TYPE_CHECKING:
    from comity.detect.site_calibrated import Carded
    from comity.evaluate.fit_site import SiteFits
    from comity.models.card import Measure

_Stated = dict[str, tuple["Measure", float]]


def calibrate(
    annotations: Annotated[
        Path | None,
        typer.Option(help="A CSV or JSONL file: text and a column for each criterion, 1, 0 or empty."),
    ] = None,
    prevalence: Annotated[
        str | None,
        typer.Option(
            help="Share of violations: 0.01 for every criterion, or insult=0.02,hate=0.001. Beside --annotations:"
            " where those rows were picked."
        ),
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(help="A CSV or JSONL file of texts without annotations, to estimate the prevalence."),
    ] = None,
    precision: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Show its threshold.")] = None,
    recall: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Show its threshold.")] = None,
    fpr: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Show its threshold.")] = None,
    model: Annotated[str, typer.Option(help="The model; `comity models list` names them.")] = "english-v2",
    output: Annotated[Path, typer.Option(help="Where the calibration goes.")] = Path("site-calibration.yaml"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing --output.")] = False,
    json: JsonOption = False,
) -> None:
    """Correct a model's calibration for your site, and find thresholds there.

    Give what you know: how common violations are (--prevalence), or better a few hundred annotated posts drawn at
    random (--annotations), or at least posts (--texts). Of ECE and Brier the table shows the packaged scores and those
    of rows that were not fitted on. `strict` is the threshold for a recall of 0.95, `loose` that for a precision of
    0.95. The server and all commands apply the file with COMITY_CALIBRATION. Example:

      comity calibrate --annotations posts.csv --precision 0.9
    """
    from comity.evaluate.fit_site import detector_on

    if not (annotations or prevalence or texts) or (texts and (annotations or prevalence)):
        raise InputError(
            "give --annotations, --prevalence or both, or else --texts",
            next_step="See `comity calibrate --help`.",
        )
    if output.exists() and not overwrite:
        raise InputError("the output exists already", where=str(output), next_step="Pass --overwrite.")
    detector = detector_on(model)
    fits = _fit(detector, annotations, texts, _shares(prevalence, detector.card.labels))
    text = fits.calibration(detector).text()
    measures: dict[Measure, float | None] = {"precision": precision, "recall": recall, "fpr": fpr}
    stated: _Stated = {name: (risk.measure, risk.value) for name, risk in MODES.items()}
    stated |= {f"{name} {at:g}": (name, at) for name, at in measures.items() if at is not None}
    _show_json(fits, stated) if json else _show(fits, stated)
    stderr = Console(stderr=True, soft_wrap=True)
    for criterion, fit in fits.by_criterion.items():
        for warning in fit.warnings:
            stderr.print(f"{criterion}: {warning}", markup=False)
    if not annotations:
        stderr.print(
            "Right only where texts and annotators are like those of the card: annotate some posts to see."
        )
    for criterion, reason in fits.left_out.items():
        stderr.print(f"{criterion} is left out: {reason}", markup=False)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror}", where=str(output)) from error
    stderr.print(f"Apply it with COMITY_CALIBRATION={output}", markup=False)


def _fit(
    detector: Carded, annotations: Path | None, texts: Path | None, prevalence: Mapping[str, float]
) -> SiteFits:
    from rich.progress import track

    from comity.evaluate.fit_site import fit_site, fit_texts, scores_of
    from comity.evaluate.site_rows import read_site_rows

    card, source = detector.card, annotations or texts
    if source is None:
        return fit_site(card, {}, {}, prevalence)
    rows = read_site_rows(source, card.labels)
    if annotations and not rows.truth:
        raise InputError(
            "no column is named after a criterion",
            where=str(source),
            next_step=f"`{card.name}` judges {', '.join(card.labels)}.",
        )
    stderr = Console(stderr=True)
    scores = scores_of(
        detector,
        rows.items,
        lambda decisions: track(decisions, "judging", len(rows.items), console=stderr, transient=True),
    )
    unread = sum(isnan(score) for score in next(iter(scores.values())))
    if unread:
        stderr.print(f"{unread} of {len(rows.items)} texts were not judged: no text in the model's languages")
    return fit_texts(card, scores) if texts else fit_site(card, scores, rows.truth, prevalence)


def _shares(told: str | None, criteria: Iterable[str]) -> dict[str, float]:
    """`0.01` is for every criterion, `insult=0.02,hate=0.001` for those named."""
    if told is None:
        return {}
    pairs = (
        [pair.partition("=") for pair in told.split(",")]
        if "=" in told
        else [(c, "=", told) for c in criteria]
    )
    try:
        return {criterion.strip(): float(share) for criterion, _, share in pairs}
    except ValueError:
        raise InputError(
            "--prevalence is neither a number nor pairs of a criterion and a number",
            next_step="Write 0.01, or insult=0.02,hate=0.001.",
        ) from None


def _show(fits: SiteFits, stated: _Stated) -> None:
    curves = _table("criterion", "card", "site", "rows", "ECE", "after", "Brier", "after")
    for criterion, fit in fits.by_criterion.items():
        shares = (f"{fit.packaged.prevalence:.1%}", f"{fit.label.site_prevalence:.1%}")
        if held_out := fit.held_out:
            scores = (f"{value:.3f}" for value in (*held_out.ece, *held_out.brier))
            curves.add_row(criterion, *shares, f"{held_out.rows:,}", *scores)
        else:
            curves.add_row(criterion, *shares)
    points = _table("criterion", "stated", "threshold", "precision", "recall", "fpr", "flagged")
    for criterion, fit in fits.by_criterion.items():
        for name, risk in stated.items():
            if at := fit.at(*risk):
                rates = (f"{value:.1%}" for value in (at.precision, at.recall, at.fpr, at.flagged))
                points.add_row(criterion, name, f"{at.threshold:.3g}", *rates)
            else:
                points.add_row(criterion, name, "none")
    console = Console(soft_wrap=True)
    console.print(
        "Violations among the card's rows and at the site; errors of scores before and after", style="bold"
    )
    console.print(curves)
    console.print("\nWhat to expect at the site", style="bold")
    console.print(points)
    console.print("\nFor the rules of a policy", style="bold")
    for name, (measure, value) in stated.items():
        met = [criterion for criterion, fit in fits.by_criterion.items() if fit.at(measure, value)]
        if met:
            risks = ", ".join(f"{criterion}: {{{measure}: {value:g}}}" for criterion in met)
            console.print(f"categories: {{{risks}}}  # {name}", markup=False, highlight=False)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(
            column, justify="left" if column in ("criterion", "stated") else "right", no_wrap=True
        )
    return table


def _show_json(fits: SiteFits, stated: _Stated) -> None:
    for criterion, fit in fits.by_criterion.items():
        label, among, held_out = fit.label, fit.prevalence, fit.held_out
        typer.echo(
            dumps(
                {
                    "criterion": criterion,
                    "made_from": label.made_from,
                    "slope": label.calibration.slope,
                    "shift": label.calibration.intercept,
                    "card_prevalence": fit.packaged.prevalence,
                    "site_prevalence": label.site_prevalence,
                    "annotated_prevalence_95": [among.low, among.high] if among else None,
                    "points_from": label.points_from,
                    "rows": held_out.rows if held_out else None,
                    "positives": held_out.positives if held_out else None,
                    "ece": list(held_out.ece) if held_out else None,
                    "brier": list(held_out.brier) if held_out else None,
                    "at": {
                        name: asdict(at) if (at := fit.at(*risk)) else None for name, risk in stated.items()
                    },
                    "warnings": list(fit.warnings),
                }
            )
        )
