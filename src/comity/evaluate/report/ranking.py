"""The parts of a report in the order in which they matter: the weakest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from comity.evaluate.compare import Comparison, Contrast, SuiteComparison, TargetComparison
from comity.evaluate.result import (
    FalseAlarms,
    Floor,
    Functionality,
    Report,
    Robustness,
    Slice,
    SuiteResult,
    TargetResult,
)
from comity.models.card import Measured

Part = TypeVar("Part", FalseAlarms, Functionality, Robustness, Slice)
KINDS = {
    "smoke": "Smoke test",
    "post": "Posts and comments",
    "llm": "Prompts and responses of language models",
    "functional": "Functional tests",
    "robustness": "Disguised and noisy text",
    "over-sensitivity": "Harmless but alarming text",
    "disagreement": "Where annotators disagree",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Two slices of one target that are not treated alike: `rate` is FPR or FNR."""

    suite: SuiteResult
    target: TargetResult
    rate: str
    high: Slice
    low: Slice
    highest: Measured
    lowest: Measured


@dataclass(frozen=True, slots=True)
class Line:
    """One target of one suite. `floor` is the best of its floors by AUPRC."""

    suite: SuiteResult
    target: TargetResult
    floor: Floor | None

    @property
    def name(self) -> str:
        return f"{self.suite.suite}/{self.target.target}"

    @property
    def standing(self) -> str:
        """`above` its best floor, `level` with it (it lies within the interval), `below` it, or `unknown`."""
        auprc, floor = self.target.auprc, self.floor
        if auprc is None or floor is None or floor.auprc is None:
            return "unknown"
        if auprc.low > floor.auprc:
            return "above"
        return "below" if auprc.high < floor.auprc else "level"

    @property
    def headroom_used(self) -> float:
        """How far AUPRC goes from the best floor (0) to perfect (1); below 0 if worse than the floor, infinite if
        not known.
        """
        auprc, floor = self.target.auprc, self.floor
        if auprc is None:
            return inf
        start = floor.auprc if floor is not None and floor.auprc is not None else 0.0
        return (auprc.value - start) / max(1 - start, 1e-9)


def lines(suites: tuple[SuiteResult, ...]) -> list[Line]:
    """Every target of `suites`, the one that gets least out of its headroom first, unknown ones last."""
    found = [Line(suite, target, _best(target.floors)) for suite in suites for target in suite.targets]
    return sorted(found, key=lambda line: line.headroom_used)


def gaps(suites: tuple[SuiteResult, ...]) -> list[Gap]:
    """For each target and field the slices with the highest and the lowest FPR and FNR, where their intervals do not
    overlap; the widest gap first.
    """
    found = []
    for suite in suites:
        for target in suite.targets:
            for field in dict.fromkeys(slice.field for slice in target.slices):
                slices = [slice for slice in target.slices if slice.field == field]
                for name, rate in (("FPR", "false_positive_rate"), ("FNR", "false_negative_rate")):
                    known = [slice for slice in ranked(slices, rate) if getattr(slice, rate) is not None]
                    if not known:
                        continue
                    low, high = known[0], known[-1]
                    lowest, highest = getattr(low, rate), getattr(high, rate)
                    if lowest.high < highest.low:
                        found.append(Gap(suite, target, name, high, low, highest, lowest))
    return sorted(found, key=lambda gap: gap.lowest.value - gap.highest.value)


@dataclass(frozen=True, slots=True)
class ContrastLine:
    """One measure of one target of two runs."""

    suite: SuiteComparison
    target: TargetComparison
    contrast: Contrast


def contrasts(comparison: Comparison) -> list[ContrastLine]:
    """Every measure that was compared: what is significantly better first, then by p."""
    found = [
        ContrastLine(suite, target, contrast)
        for suite in comparison.suites
        for target in suite.targets
        for contrast in target.contrasts
    ]
    return sorted(found, key=lambda line: line.contrast.p)


def by_kind(report: Report) -> list[tuple[str, tuple[SuiteResult, ...]]]:
    """Heading and suites of each kind that the report has."""
    found = []
    for kind, heading in KINDS.items():
        suites = tuple(suite for suite in report.suites if suite.kind == kind)
        if suites:
            found.append((heading, suites))
    return found


def lowest_tests(suites: tuple[SuiteResult, ...]) -> list[tuple[SuiteResult, Functionality]]:
    """Every functional test, the one that is decided wrongly most first."""
    found = [
        (suite, test)
        for suite in suites
        if suite.functional
        for test in suite.functional.functionalities
        if test.accuracy
    ]
    return sorted(found, key=lambda pair: _value(pair[1].accuracy))


def ranked_tests(suites: Iterable[SuiteResult]) -> list[SuiteResult]:
    """Suites of functional tests, the lowest macro F1 first."""
    return sorted(suites, key=lambda suite: _value(suite.functional.macro_f1) if suite.functional else -1.0)


def disguises(suites: tuple[SuiteResult, ...]) -> list[tuple[SuiteResult, Robustness]]:
    """Every way of disguise, the one that hides most first."""
    found = [(suite, disguise) for suite in suites for disguise in suite.robustness]
    return sorted(found, key=lambda pair: -drop(pair[1]))


def alarms(suites: tuple[SuiteResult, ...]) -> list[tuple[SuiteResult, FalseAlarms]]:
    """Every kind of harmless text, the one that is flagged most first."""
    found = [(suite, kind) for suite in suites for kind in suite.false_alarms]
    return sorted(found, key=lambda pair: -_value(pair[1].rate))


def ranked(parts: Iterable[Part], name: str) -> list[Part]:
    """`parts` by the value of their number `name`, lowest first, absent ones before all."""
    return sorted(parts, key=lambda part: _value(getattr(part, name)))


def drop(robustness: Robustness) -> float:
    """Recall on clean text minus recall on disguised text; −1 if unknown."""
    clean, disguised = robustness.clean_recall, robustness.recall
    return -1.0 if clean is None or disguised is None else clean.value - disguised.value


def _value(metric: Measured | None) -> float:
    return -1.0 if metric is None else metric.value


def _best(floors: tuple[Floor, ...]) -> Floor | None:
    measured = [floor for floor in floors if floor.auprc is not None]
    return max(measured, key=lambda floor: floor.auprc or 0.0, default=None)
