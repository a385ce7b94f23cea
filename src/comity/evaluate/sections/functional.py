"""Functional tests: is each kind of utterance judged as its author meant it (after "HateCheck", 2021)?"""

from __future__ import annotations

import numpy as np

from comity.evaluate.cases import Cases
from comity.evaluate.measure import measured
from comity.evaluate.metrics import FEWEST, Floats, macro_f1_at
from comity.evaluate.resample import interval
from comity.evaluate.result import Functionality, FunctionalResult
from comity.evaluate.sections.clusters import Clusters, clusters_of, share
from comity.evaluate.sections.members import Rows, members
from comity.models.card import Measured


def functional(
    cases: Cases,
    target: str,
    scores: Floats,
    threshold: float,
    source: str,
    *,
    functionality_field: str,
    group_field: str | None = None,
    cluster_field: str | None = None,
) -> FunctionalResult:
    """Accuracy of each functionality, and of each within each target group (`group_field`).

    scores: float (n,), NaN where the subject did not judge: such a row counts as not flagged. A functionality whose
    rows should partly be flagged is split in two. `cluster_field` names rows that were made from one template: they
    are drawn together for the intervals.
    """
    truth = cases.truth[target]
    known, expected, flagged = np.isfinite(truth), truth >= 0.5, scores >= threshold
    right, clusters = expected == flagged, clusters_of(cases, cluster_field)

    def measure(name: str, group: str, rows: Rows) -> Functionality:
        return Functionality(
            functionality=name,
            group=group,
            expected=bool(expected[rows][0]),
            rows=int(rows.sum()),
            accuracy=share(right[rows], clusters[rows]),
        )

    tests = _tests(members(cases, functionality_field), known, expected)
    groups = members(cases, group_field) if group_field else {}
    return FunctionalResult(
        threshold=threshold,
        source=source,
        macro_f1=_macro_f1(truth, flagged, clusters),
        accuracy=share(right[known], clusters[known]),
        functionalities=tuple(measure(name, "", rows) for name, rows in tests.items()),
        by_group=tuple(
            measure(name, group, rows & of_group)
            for group, of_group in groups.items()
            for name, rows in tests.items()
            if (rows & of_group).any()
        ),
    )


def _tests(functionalities: dict[str, Rows], known: Rows, expected: Rows) -> dict[str, Rows]:
    """The annotated rows of each functionality, split where some are hateful and some are not."""
    tests: dict[str, Rows] = {}
    for name, rows in functionalities.items():
        hateful, harmless = rows & known & expected, rows & known & ~expected
        if hateful.any() and harmless.any():
            tests |= {f"{name} (hateful)": hateful, f"{name} (non-hateful)": harmless}
        elif (hateful | harmless).any():
            tests[name] = hateful | harmless
    return tests


def _macro_f1(truth: Floats, flagged: Rows, clusters: Clusters) -> Measured | None:
    if np.isfinite(truth).sum() < FEWEST:
        return None
    return measured(interval(macro_f1_at(0.5), truth, flagged.astype(float), groups=clusters))
