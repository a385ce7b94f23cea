"""Two runs on the same rows: which is better, and could that be luck?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import erfc, isfinite, sqrt
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from comity.errors import InputError
from comity.evaluate.metric import Metric as Formula
from comity.evaluate.metrics import FEWEST, Floats, auprc, f1_at, roc_auc
from comity.evaluate.overlap import capa, shared_mistakes
from comity.evaluate.resample import Difference, mcnemar, paired
from comity.evaluate.result import Number, Report
from comity.evaluate.run_folder import RowScores, RunFolder
from comity.models.card import Measured

Measure = Literal["auprc", "roc_auc", "f1"]
SIGNIFICANT = 0.05
_WIDTH = 2 * 1.959964
"""Of a 95 % interval, in standard deviations."""
_COARSE = 0.01


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Contrast(_Strict):
    """One measure of both; `difference` is B minus A. `p_holm` is `p` corrected for all tests of the comparison."""

    measure: Measure
    a: float
    b: float
    difference: Measured
    p: float
    p_holm: float

    @property
    def better(self) -> Literal["A", "B", ""]:
        """The one that is significantly better, if either is."""
        if self.p_holm >= SIGNIFICANT:
            return ""
        return "B" if self.difference.value > 0 else "A"


class Mistakes(_Strict):
    """Decisions at each one's own threshold: rows that only one decides rightly (the test of McNemar, 1947) and that
    both decide wrongly. `consistency` says how far they err on the same rows (1) or as two unrelated judges of their
    accuracy would (0).
    """

    a_threshold: float
    b_threshold: float
    only_a_right: int
    only_b_right: int
    both_wrong: int
    p: float
    p_holm: float
    consistency: Number


class TargetComparison(_Strict):
    """`rows` have an annotation and are in both runs. AUPRC and ROC-AUC are of those that both judged; F1 and mistakes
    are of all, as what was not judged was not flagged. Nothing is tested on fewer than 30.
    """

    target: str
    rows: int
    only_a_judged: int
    only_b_judged: int
    neither_judged: int
    contrasts: tuple[Contrast, ...] = ()
    mistakes: Mistakes | None = None


class SuiteComparison(_Strict):
    """`rows` are in both runs, `only_a` and `only_b` in one; `disagreeing` are in both with different annotations and
    are left out.
    """

    suite: str
    rows: int
    only_a: int
    only_b: int
    disagreeing: int
    targets: tuple[TargetComparison, ...]

    def target(self, name: str) -> TargetComparison | None:
        return next((target for target in self.targets if target.target == name), None)


class Side(_Strict):
    subject: str
    version: str
    started: str
    cap: int | None
    seed: int


class Comparison(_Strict):
    """`tests` is how many p values are corrected together. `notes` say what could not be compared."""

    a: Side
    b: Side
    tests: int
    suites: tuple[SuiteComparison, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One target on its annotated rows in both runs: truth and scores, float (n,), what makes rows belong together, and
    the thresholds, if known.
    """

    truth: Floats
    a: Floats
    b: Floats
    groups: Sequence[str | None]
    a_threshold: float | None
    b_threshold: float | None

    def flagged(self) -> tuple[float, Floats, float, Floats] | None:
        """Threshold and decisions, 1 or 0, of either."""
        if self.a_threshold is None or self.b_threshold is None:
            return None
        a, b = self.a >= self.a_threshold, self.b >= self.b_threshold
        return self.a_threshold, a.astype(float), self.b_threshold, b.astype(float)


def compare(a: RunFolder, b: RunFolder, *, seed: int = 0) -> Comparison:
    """Every target that both runs have, on the rows that both have; p values corrected by Holm's method over all tests.

    Raises InputError if a run cannot be read or the two have no row in common.
    """
    first, second = a.report(), b.report()
    suites, notes = compare_suites(a, b, first, second, seed=seed)
    if not any(suite.rows for suite in suites):
        raise InputError(
            "the two runs have no row in common",
            where=f"{a.path}, {b.path}",
            next_step="Run both on the same suites and the same data.",
        )
    notes = (*_differences(first, second), *notes)
    p_values = [p for suite in suites for p in _p_values(suite)]
    corrected = iter(holm(p_values))
    return Comparison(
        a=_side(first),
        b=_side(second),
        tests=len(p_values),
        suites=tuple(_with_corrected(suite, corrected) for suite in suites),
        notes=notes,
    )


def compare_suites(
    a: RunFolder, b: RunFolder, first: Report, second: Report, *, seed: int = 0
) -> tuple[list[SuiteComparison], tuple[str, ...]]:
    """The suites of which both runs have row scores, `p_holm` not yet corrected, and why others are left out."""
    found, notes = [], []
    for suite in first.suites:
        if second.suite(suite.suite) is None:
            continue
        rows_a, rows_b = a.scores(suite.suite), b.scores(suite.suite)
        if rows_a is None or rows_b is None:
            notes.append(f"{suite.suite}: a run has no row scores of it")
        else:
            thresholds = _thresholds(first, suite.suite), _thresholds(second, suite.suite)
            found.append(_suite(suite.suite, rows_a, rows_b, *thresholds, seed))
    return found, tuple(notes)


def holm(p_values: Sequence[float]) -> list[float]:
    """Each corrected for all of them (Holm, 1979: A Simple Sequentially Rejective Multiple Test Procedure)."""
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def two_sided(difference: float, deviation: float) -> float:
    """The chance of a difference as large, either way, where there is none and it varies normally."""
    if deviation <= 0:
        return float(difference == 0)
    return erfc(abs(difference) / deviation / sqrt(2))


def deviation(metric: Measured) -> float:
    """Its standard deviation, from the width of its interval."""
    return (metric.high - metric.low) / _WIDTH


def _suite(
    name: str,
    a: RowScores,
    b: RowScores,
    a_thresholds: dict[str, float | None],
    b_thresholds: dict[str, float | None],
    seed: int,
) -> SuiteComparison:
    places = {row: place for place, row in enumerate(b.ids)}
    both = np.array([(here, places[row]) for here, row in enumerate(a.ids) if row in places], int)
    in_a, in_b = both.reshape(-1, 2).T
    targets = [target for target in a.score if target in b.score]
    same = np.ones(in_a.size, bool)
    for target in targets:
        same &= np.isclose(a.truth[target][in_a], b.truth[target][in_b], atol=1e-4, equal_nan=True)

    def pair(target: str) -> _Pair:
        truth = a.truth[target][in_a[same]]
        known = np.isfinite(truth)
        scores = a.score[target][in_a[same]][known], b.score[target][in_b[same]][known]
        groups = [a.groups[row] for row in in_a[same][known]]
        return _Pair(truth[known], *scores, groups, a_thresholds.get(target), b_thresholds.get(target))

    return SuiteComparison(
        suite=name,
        rows=int(same.sum()),
        only_a=len(a.ids) - in_a.size,
        only_b=len(b.ids) - in_a.size,
        disagreeing=int((~same).sum()),
        targets=tuple(_target(target, pair(target), seed) for target in targets),
    )


def _target(name: str, pair: _Pair, seed: int) -> TargetComparison:
    a_judged, b_judged = np.isfinite(pair.a), np.isfinite(pair.b)
    enough = pair.truth.size >= FEWEST
    return TargetComparison(
        target=name,
        rows=pair.truth.size,
        only_a_judged=int((a_judged & ~b_judged).sum()),
        only_b_judged=int((b_judged & ~a_judged).sum()),
        neither_judged=int((~a_judged & ~b_judged).sum()),
        contrasts=tuple(_contrasts(pair, int((a_judged & b_judged).sum()), seed)) if enough else (),
        mistakes=_mistakes(pair) if enough else None,
    )


def _contrasts(pair: _Pair, judged: int, seed: int) -> Iterator[Contrast]:
    questions: list[tuple[Measure, Formula, Floats, Floats]] = []
    if judged >= FEWEST:
        both = np.isfinite(pair.a) & np.isfinite(pair.b)
        a, b = np.where(both, pair.a, np.nan), np.where(both, pair.b, np.nan)
        questions = [("auprc", auprc, a, b), ("roc_auc", roc_auc, a, b)]
    flagged = pair.flagged()
    if flagged is not None and pair.truth.max() >= 0.5:  # F1 says nothing where there is nothing to find
        questions.append(("f1", f1_at(0.5), flagged[1], flagged[3]))
    for measure, formula, a, b in questions:
        found = paired(formula, pair.truth, b, a, groups=pair.groups, seed=seed)
        if isfinite(found.p):
            p = _p_value(found)
            yield Contrast(
                measure=measure,
                a=formula(pair.truth, a),
                b=formula(pair.truth, b),
                difference=Measured(value=found.value, low=found.low, high=found.high),
                p=p,
                p_holm=p,
            )


def _p_value(found: Difference) -> float:
    """That of the resamples, unless so few lie beyond zero that they cannot tell a small p value from a smaller one,
    which a correction over hundreds of tests needs: then that of a normal curve with the width of the interval.
    """
    if found.p >= _COARSE:
        return found.p
    spread = Measured(value=found.value, low=found.low, high=found.high)
    return min(found.p, two_sided(found.value, deviation(spread)))


def _mistakes(pair: _Pair) -> Mistakes | None:
    flagged = pair.flagged()
    if flagged is None:
        return None
    a_threshold, a, b_threshold, b = flagged
    found, shared = mcnemar(pair.truth, b, a), shared_mistakes(pair.truth, b, a)
    consistency = capa(pair.truth, b, a)
    return Mistakes(
        a_threshold=a_threshold,
        b_threshold=b_threshold,
        only_a_right=found.only_theirs,
        only_b_right=found.only_ours,
        both_wrong=shared.both,
        p=found.p,
        p_holm=found.p,
        consistency=consistency if isfinite(consistency) else None,
    )


def _thresholds(report: Report, suite: str) -> dict[str, float | None]:
    found = report.suite(suite)
    targets = found.targets if found else ()
    return {target.target: target.operating.threshold for target in targets if target.operating}


def _p_values(suite: SuiteComparison) -> Iterator[float]:
    for target in suite.targets:
        yield from (contrast.p for contrast in target.contrasts)
        if target.mistakes:
            yield target.mistakes.p


def _with_corrected(suite: SuiteComparison, corrected: Iterator[float]) -> SuiteComparison:
    """`corrected` in the order of `_p_values`."""
    targets = []
    for target in suite.targets:
        contrasts = tuple(one.model_copy(update={"p_holm": next(corrected)}) for one in target.contrasts)
        mistakes = target.mistakes and target.mistakes.model_copy(update={"p_holm": next(corrected)})
        targets.append(target.model_copy(update={"contrasts": contrasts, "mistakes": mistakes}))
    return suite.model_copy(update={"targets": tuple(targets)})


def _side(report: Report) -> Side:
    return Side(
        subject=report.subject,
        version=report.version,
        started=report.started,
        cap=report.cap,
        seed=report.seed,
    )


def _differences(a: Report, b: Report) -> Iterator[str]:
    """What keeps two runs from being compared in full."""
    if a.cap != b.cap:
        yield f"the caps differ ({a.cap or 'none'} and {b.cap or 'none'}): rows of one run only are left out"
    for name, mine, other in (("A", a, b), ("B", b, a)):
        missing = [suite.suite for suite in mine.suites if other.suite(suite.suite) is None]
        if missing:
            yield f"suites that only {name} has: {', '.join(missing)}"
