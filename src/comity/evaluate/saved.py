"""A model's last evaluation, kept beside its files and quoted by its card: numbers only, no text and no curves."""

from __future__ import annotations

from pathlib import Path

from comity.errors import InputError
from comity.evaluate.report.markdown import quote
from comity.evaluate.result import Calibrated, Report, SuiteResult, TargetResult
from comity.evaluate.run_folder import read_report
from comity.models import Artefact

NAME = "evaluation.json"
_HEADING = "## Evaluation"


def save(report: Report, artefact: Artefact) -> Path:
    """Writes the numbers and, as the last section of card.md, their tables. Raises InputError if the report is about
    another model.
    """
    if report.version != artefact.digest[: len(report.version)] or not report.version:
        raise InputError(
            f"the report is about {report.subject} {report.version}, not about this model",
            where=str(artefact.folder),
            next_step="Evaluate `model:" + artefact.card.name + "` and save that.",
        )
    path = artefact.folder / NAME
    path.write_text(numbers_only(report).model_dump_json(exclude_defaults=True) + "\n", encoding="utf-8")
    card = artefact.folder / "card.md"
    written = card.read_text(encoding="utf-8").partition(_HEADING)[0].rstrip()
    card.write_text(f"{written}\n\n{_HEADING}\n\n{quote(report)}", encoding="utf-8")
    return path


def saved(artefact: Artefact) -> Report | None:
    """None if there is none, or if the model has changed since."""
    path = artefact.folder / NAME
    if not path.exists():
        return None
    report = read_report(path)
    return report if artefact.digest.startswith(report.version) else None


def numbers_only(report: Report) -> Report:
    """The report without texts of rows and points of curves."""
    return report.model_copy(update={"suites": tuple(_suite(suite) for suite in report.suites)})


def _suite(suite: SuiteResult) -> SuiteResult:
    return suite.model_copy(update={"targets": tuple(_target(target) for target in suite.targets)})


def _target(target: TargetResult) -> TargetResult:
    return target.model_copy(
        update={
            "worst": (),
            "pr_curve": (),
            "risk_coverage": (),
            "before": _without_bins(target.before),
            "after": _without_bins(target.after),
        }
    )


def _without_bins(calibrated: Calibrated | None) -> Calibrated | None:
    return calibrated and calibrated.model_copy(update={"bins": ()})
