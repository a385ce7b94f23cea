"""Bias towards identities. `truth` and `scores` as in `metrics`.

A group is float (n,): 1 for its rows, 0 for the others, NaN where nobody said; a
row may belong to several. Fewer than 30 items give no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comity.evaluate.metrics import FEWEST, roc_auc


@dataclass(frozen=True, slots=True)
class BiasAucs:
    """One identity's ROC-AUC within its rows (`subgroup`); of its negatives against positives of the background
    (`bpsn`: low if harmless mentions of it score too high); of its positives against negatives of the background
    (`bnsp`: low if attacks on it score too low). The background is every row that is known not to belong to it.
    """

    rows: int
    subgroup: float
    bpsn: float
    bnsp: float


def bias_aucs(truth: ArrayLike, scores: ArrayLike, groups: Mapping[str, ArrayLike]) -> dict[str, BiasAucs]:
    """Borkan et al., 2019: Nuanced Metrics for Measuring Unintended Bias with Real Data for Text Classification. NaN
    for an identity with fewer than 30 rows, or for an AUC with only one class.
    """
    truth, scores = np.asarray(truth, float), np.asarray(scores, float)
    judged = np.isfinite(truth) & np.isfinite(scores)
    holds = truth >= 0.5
    found = {}
    for name, group in groups.items():
        member = np.asarray(group, float)
        inside, outside = judged & (member >= 0.5), judged & (member < 0.5)
        rows = int(inside.sum())
        kept = (inside, (outside & holds) | (inside & ~holds), (outside & ~holds) | (inside & holds))
        aucs = (roc_auc(truth[part], scores[part]) if rows >= FEWEST else float("nan") for part in kept)
        found[name] = BiasAucs(rows, *aucs)
    return found
