"""Measuring a model on the test rows, source by source, for its card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.metrics import (
    Interval,
    auprc,
    ece,
    f1_at,
    interval,
    macro_f1_at,
    prevalence,
    roc_auc,
)
from comity.learn.recipe import Recipe
from comity.learn.rows import Rows
from comity.models.card import Decided, FalseAlarms, Measured, Result

_FEWEST = 15


def results(
    recipe: Recipe,
    test: Rows,
    scores: NDArray[np.float32],
    baseline: NDArray[np.float32],
    thresholds: Sequence[float] | None = None,
) -> tuple[Result, ...]:
    """One result a source and criterion that have at least 15 positives and as many negatives.

    scores and baseline: float32 (n, k) for the n test rows. thresholds: one a criterion, to measure decisions too; the
    baseline then decides by whether it found anything.
    """
    unseen = {source.id for source in recipe.sources if source.use == "evaluate"}
    families = test.family
    found = []
    for column, criterion in enumerate(recipe.criteria):
        for source in sorted({*families.tolist()}):
            rows = np.flatnonzero((families == source) & np.isfinite(test.annotations[:, column]))
            truth, score, other = test.annotations[rows, column], scores[rows, column], baseline[rows, column]
            positives = int((truth >= 0.5).sum())
            if min(positives, len(rows) - positives) < _FEWEST:
                continue
            found.append(
                Result(
                    source=source,
                    label=criterion,
                    rows=len(rows),
                    positives=positives,
                    roc_auc=_rounded(interval(roc_auc, truth, score, seed=recipe.seed)),
                    auprc=_rounded(interval(auprc, truth, score, seed=recipe.seed)),
                    ece=round(ece(truth, score), 3),
                    baseline_roc_auc=round(roc_auc(truth, other), 3),
                    baseline_auprc=round(auprc(truth, other), 3),
                    seen=source not in unseen,
                    decided=_decided(truth, score, other, thresholds[column], recipe.seed)
                    if thresholds
                    else None,
                )
            )
    return tuple(found)


def false_alarms(test: Rows, scores: NDArray[np.float32]) -> tuple[FalseAlarms, ...]:
    """For each source with at least 100 test rows that are harmless in every criterion."""
    harmless = (test.annotations == 0).all(axis=1)
    found = []
    families = test.family
    for source in sorted({*families[harmless].tolist()}):
        highest = scores[harmless & (families == source)].max(axis=1)
        if len(highest) >= 100:
            at_50, at_80 = (round(prevalence(highest >= threshold), 4) for threshold in (0.5, 0.8))
            found.append(FalseAlarms(source=source, rows=len(highest), at_50=at_50, at_80=at_80))
    return tuple(found)


def _decided(
    truth: NDArray[np.float32],
    score: NDArray[np.float32],
    baseline: NDArray[np.float32],
    threshold: float,
    seed: int,
) -> Decided:
    macro_f1 = macro_f1_at(threshold)
    always = np.full(len(truth), float(prevalence(truth) >= 0.5))
    return Decided(
        threshold=threshold,
        f1=_rounded(interval(f1_at(threshold), truth, score, seed=seed)),
        macro_f1=_rounded(interval(macro_f1, truth, score, seed=seed)),
        majority_macro_f1=round(macro_f1_at(0.5)(truth, always), 3),
        baseline_macro_f1=round(macro_f1_at(0.5)(truth, baseline > 0), 3),
    )


def _rounded(measured: Interval) -> Measured:
    return Measured(value=round(measured.value, 3), low=round(measured.low, 3), high=round(measured.high, 3))
