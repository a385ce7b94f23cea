"""Unintended bias towards identities: how mentioning one shifts the scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from comity.evaluate.cases import Cases
from comity.evaluate.fairness import bias_aucs
from comity.evaluate.measure import finite
from comity.evaluate.metrics import Floats
from comity.evaluate.result import IdentityResult
from comity.evaluate.sections.members import members


def identities(
    cases: Cases, fields: Sequence[str], target: str, scores: Floats
) -> tuple[IdentityResult, ...]:
    """The three AUCs of each identity. scores: float (n,), NaN where the subject did not judge.

    A field of numbers is one identity (1, or a share of annotators, says that the text is about it; a row without it
    belongs to nobody's background); of a field of names each name is one, and all other rows are its background.
    """
    found = {name: group for field in fields for name, group in _groups(cases, field).items()}
    return tuple(
        IdentityResult(
            identity=name,
            rows=aucs.rows,
            subgroup_auc=finite(aucs.subgroup),
            bpsn_auc=finite(aucs.bpsn),
            bnsp_auc=finite(aucs.bnsp),
        )
        for name, aucs in bias_aucs(cases.truth[target], scores, found).items()
    )


def _groups(cases: Cases, field: str) -> dict[str, Floats]:
    values = cases.field(field)
    if all(value is None or isinstance(value, bool | int | float) for value in values):
        return {field: np.array([np.nan if value is None else value for value in values], float)}
    return {name: rows.astype(float) for name, rows in members(cases, field).items()}
