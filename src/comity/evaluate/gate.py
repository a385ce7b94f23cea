"""May this version go out? Fails on a significant regression, or on a number under its floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comity.errors import InputError
from comity.evaluate.compare import SIGNIFICANT, Contrast, compare_suites, deviation, holm, two_sided
from comity.evaluate.result import Number, Report, SuiteResult
from comity.evaluate.run_folder import RunFolder, read_report
from comity.models.card import Measured

TOLERANCE = 0.01
_TESTED = ("auprc", "roc_auc", "f1")
"""Of a target; its precision and recall trade against each other, so that one of them may fall."""
_LOWER_IS_BETTER = ("false_positive_rate", "flagged", "missed", "false_alarms")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """The least, or the most, that each number may be, by place and measure as in `numbers`."""

    minimum: dict[str, dict[str, float]] = Field(default_factory=dict)
    maximum: dict[str, dict[str, float]] = Field(default_factory=dict)


class Verdict(_Strict):
    """`value` of the run against `reference`: what the other run has, or the limit. `p_holm` is absent for limits.
    `why` is a sentence for people.
    """

    place: str
    measure: str
    passed: bool
    value: Number
    reference: Number
    p_holm: float | None = None
    why: str


class Gate(_Strict):
    """`only_in_run` and `not_in_run` are places that could not be compared. They pass: name in `minimum` what must be
    there.
    """

    verdicts: tuple[Verdict, ...]
    only_in_run: tuple[str, ...] = ()
    not_in_run: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class _Change:
    """One number of both; `better` is the run's minus the other's, or the reverse where lower is better."""

    place: str
    measure: str
    value: float
    reference: float
    better: float
    p: float


def gate(
    run: Path,
    against: Path | None = None,
    *,
    limits: Limits | None = None,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> Gate:
    """`run` and `against` are run folders or report files.

    A number regresses if it is worse by more than `tolerance` and the difference is significant at 0.05, corrected by
    Holm's method over all numbers: by a paired test where both sides have row scores, else by the intervals stored on
    both sides, as if the rows were not the same, which misses small regressions. A limit is held against the number
    itself. Raises InputError if nothing can be judged.
    """
    report = _report(run)
    verdicts, mine, others = [], set[str](), set[str]()
    if against is not None:
        other = _report(against)
        changes = list(_changes(run, against, report, other, seed))
        corrected = holm([change.p for change in changes])
        verdicts = [_regression(change, p, tolerance) for change, p in zip(changes, corrected, strict=True)]
        mine, others = ({place for place, _ in numbers(one)} for one in (report, other))
    verdicts += _limits(report, limits or Limits())
    if not verdicts:
        raise InputError(
            "there is nothing to judge: the two have no number in common and no limit is given",
            where=str(run),
            next_step="Run both on the same suites, or give limits.",
        )
    return Gate(
        verdicts=tuple(verdicts),
        only_in_run=tuple(sorted(mine - others)),
        not_in_run=tuple(sorted(others - mine)),
    )


def read_limits(path: Path) -> Limits:
    """The limits in a YAML file. Raises InputError."""
    try:
        return Limits.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the limits cannot be read: {error}", where=str(path)) from error
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'file'}: {mistake['msg']}" for mistake in error.errors()
        )
        raise InputError(f"the limits have mistakes: {mistakes}", where=str(path)) from error


def numbers(report: Report) -> dict[tuple[str, str], Measured]:
    """Every number with an interval, by place and measure. Places are `suite/target`, `suite/functional`,
    `suite/functional/TEST`, `suite/disguise/NAME`, `suite/harmless/KIND`, `suite/rule/ID` and `suite/classes`.
    """
    found = {
        (place, measure): metric
        for suite in report.suites
        for place, metrics in _of_suite(suite)
        for measure, metric in metrics.items()
    }
    return {key: metric for key, metric in found.items() if metric is not None}


def _of_suite(suite: SuiteResult) -> Iterator[tuple[str, Mapping[str, Measured | None]]]:
    for target in suite.targets:
        at = target.operating
        measures = (
            {name: getattr(at, name) for name in ("f1", "macro_f1", "precision", "recall")} if at else {}
        )
        yield (
            f"{suite.suite}/{target.target}",
            {
                "auprc": target.auprc,
                "roc_auc": target.roc_auc,
                "false_positive_rate": at.false_positive_rate if at else None,
                **measures,
            },
        )
    if suite.functional:
        whole = suite.functional
        yield f"{suite.suite}/functional", {"macro_f1": whole.macro_f1, "accuracy": whole.accuracy}
        for test in whole.functionalities:
            yield f"{suite.suite}/functional/{test.functionality}", {"accuracy": test.accuracy}
    for disguise in suite.robustness:
        yield f"{suite.suite}/disguise/{disguise.perturbation}", {"recall": disguise.recall}
    for kind in suite.false_alarms:
        yield f"{suite.suite}/harmless/{kind.kind}", {"flagged": kind.rate}
    for rule in suite.rules:
        yield (
            f"{suite.suite}/rule/{rule.rule}",
            {"missed": rule.missed, "false_alarms": rule.false_alarms},
        )
    if suite.classes:
        yield f"{suite.suite}/classes", {"macro_f1": suite.classes.macro_f1}


def _report(path: Path) -> Report:
    return RunFolder(path).report() if path.is_dir() else read_report(path)


def _changes(run: Path, against: Path, report: Report, other: Report, seed: int) -> Iterator[_Change]:
    paired = set()
    if run.is_dir() and against.is_dir():
        suites, _ = compare_suites(RunFolder(against), RunFolder(run), other, report, seed=seed)
        for suite in suites:
            for target in suite.targets:
                for contrast in target.contrasts:
                    place = f"{suite.suite}/{target.target}"
                    paired.add((place, contrast.measure))
                    yield _paired(place, contrast)
    here, there = numbers(report), numbers(other)
    targets = {f"{suite.suite}/{target.target}" for suite in report.suites for target in suite.targets}
    for (place, measure), value in here.items():
        reference = there.get((place, measure))
        if reference is None or (place, measure) in paired or (place in targets and measure not in _TESTED):
            continue
        sign = -1 if measure in _LOWER_IS_BETTER else 1
        better = sign * (value.value - reference.value)
        yield _Change(
            place=place,
            measure=measure,
            value=value.value,
            reference=reference.value,
            better=better,
            p=two_sided(better, hypot(deviation(value), deviation(reference))),
        )


def _paired(place: str, contrast: Contrast) -> _Change:
    return _Change(
        place=place,
        measure=contrast.measure,
        value=contrast.b,
        reference=contrast.a,
        better=contrast.b - contrast.a,
        p=contrast.p,
    )


def _regression(change: _Change, p: float, tolerance: float) -> Verdict:
    significant = p < SIGNIFICANT
    size = f"{change.value - change.reference:+.3f}"
    chance = f"p {'< 0.001' if p < 0.001 else f'= {p:.3f}'} after correction"
    if significant and change.better < -tolerance:
        why = f"worse than before: {size}, {chance}"
    elif change.better < -tolerance:
        why = f"{size}, which may be chance: {chance}"
    elif change.better < 0:
        why = f"{size}, within the tolerance of {tolerance:g}"
    else:
        why = f"no worse: {size}"
    return Verdict(
        place=change.place,
        measure=change.measure,
        passed=not (significant and change.better < -tolerance),
        value=change.value,
        reference=change.reference,
        p_holm=p,
        why=why,
    )


def _limits(report: Report, limits: Limits) -> list[Verdict]:
    found = numbers(report)
    sides: tuple[tuple[Literal["under", "over"], dict[str, dict[str, float]]], ...] = (
        ("under", limits.minimum),
        ("over", limits.maximum),
    )
    return [
        _limit(place, measure, found.get((place, measure)), limit, side)
        for side, places in sides
        for place, measures in places.items()
        for measure, limit in measures.items()
    ]


def _limit(
    place: str, measure: str, metric: Measured | None, limit: float, side: Literal["under", "over"]
) -> Verdict:
    if metric is None:
        passed, why = False, "the run has no such number, or too few rows for one"
    else:
        passed = metric.value >= limit if side == "under" else metric.value <= limit
        why = f"{'not ' if passed else ''}{side} its limit of {limit:g}"
    return Verdict(
        place=place,
        measure=measure,
        passed=passed,
        value=metric.value if metric else None,
        reference=limit,
        why=why,
    )
