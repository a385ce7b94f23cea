"""What a community's heads are worth on the rows that test, beside what it would have without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.metric import Interval, Metric
from comity.evaluate.metrics import FEWEST, auprc, brier, ece, interval, roc_auc
from comity.evaluate.resample import Difference, interval_of, paired

Floats = NDArray[np.float64]
_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """One model on the rows that test. `brier` and `ece` where its scores are probabilities. `ahead` is how much the
    heads are ahead of it: in AUPRC, or in the Brier score (`by`); None for the heads themselves.
    """

    model: str
    roc_auc: Interval
    auprc: Interval
    brier: float | None
    ece: float | None
    by: str = "AUPRC"
    ahead: Difference | None = None

    @property
    def verdict(self) -> str:
        """`better`, `worse` or `not shown` to be better than this model are the heads."""
        if self.ahead is None or not self.ahead.p < _SURE:
            return "not shown"
        return "better" if self.ahead.value > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Graded:
    """Mean distance from the grade that people gave, of the heads' and of the grade in the middle given always."""

    heads: Interval
    always: float


@dataclass(frozen=True, slots=True)
class Point:
    """AUPRC on the rows that test of heads fitted on so many rows; `gain` is over the point before."""

    rows: int
    positives: int
    auprc: Interval
    gain: Difference | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One criterion. `models`: the heads first. `rows` and `positives` are those that test."""

    criterion: str
    learned_rows: int
    learned_positives: int
    rows: int
    positives: int
    models: tuple[Measured, ...]
    graded: Graded | None
    curve: tuple[Point, ...]

    @property
    def prevalence(self) -> float:
        return self.positives / self.rows if self.rows else float("nan")

    @property
    def told(self) -> tuple[str, ...]:
        """What follows, in sentences."""
        fewest = min(self.positives, self.rows - self.positives)
        if fewest == 0:
            return ("not measured: all rows that test are of one kind. Annotate more before you rely on it.",)
        few = f"only {fewest} rows of one kind test: intervals are wide, and may still be too narrow"
        return (
            *((few,) if fewest < FEWEST else ()),
            *(_versus(rival) for rival in self.models[1:]),
            _more(self.curve),
        )


def _versus(rival: Measured) -> str:
    assert rival.ahead is not None
    gap = f"{rival.by} {rival.ahead.value:+.3f} [{rival.ahead.low:+.3f}, {rival.ahead.high:+.3f}]"
    match rival.verdict:
        case "better":
            return f"better than {rival.model}: {gap}"
        case "worse":
            return f"WORSE than {rival.model}: {gap}. Do not use these heads for it."
    return f"NOT shown to be better than {rival.model}: {gap}"


def _more(curve: Sequence[Point]) -> str:
    """What twice as many annotations would bring, if gains go on shrinking as they do."""
    if len(curve) < 2 or curve[-1].gain is None:
        return "too few rows to say whether more annotations would help"
    rows, gain = curve[-1].rows, curve[-1].gain
    last = (
        f"the last doubling, to {rows:,} rows, changed AUPRC by"
        f" {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
    )
    if gain.p < _SURE and gain.value > 0:
        return f"{last}: {rows:,} more would likely add some again, up to as much"
    return f"{last}: no gain shows, so {rows:,} more rows of the same kind would likely add little"


def measured(
    name: str, truth: Floats, scores: Floats, groups: NDArray[np.int64], *, probabilities: bool = True
) -> Measured:
    """truth, (n,): 1 from 0.5 up; NaN in either is left out."""
    return Measured(
        name,
        interval(roc_auc, truth, scores, groups=groups),
        interval(auprc, truth, scores, groups=groups),
        brier(truth, scores) if probabilities else None,
        ece(truth, scores) if probabilities else None,
    )


def against(
    rival: Measured, truth: Floats, ours: Floats, theirs: Floats, groups: NDArray[np.int64], *, by: str
) -> Measured:
    """`rival` with how far the heads are ahead of it, by `AUPRC` or `Brier`, on the rows that both scored."""
    metric: Metric = auprc if by == "AUPRC" else brier
    gap = paired(metric, truth, ours, theirs, groups=groups)
    if by == "Brier":  # lower is better, ahead is positive
        gap = Difference(-gap.value, -gap.high, -gap.low, gap.p)
    return Measured(rival.model, rival.roc_auc, rival.auprc, rival.brier, rival.ece, by, gap)


def graded(truth: Floats, found: Floats, groups: NDArray[np.int64]) -> Graded:
    """truth, found: grades, (n,)."""
    away, always = np.abs(truth - found), np.abs(truth - np.median(truth))
    heads = interval_of(lambda rows: float(away[rows].mean()), truth.size, groups=groups)
    return Graded(heads, float(always.mean()))
