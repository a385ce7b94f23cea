"""Rows that belong together, such as those made from one template, and shares over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.cases import Cases
from comity.evaluate.measure import measured
from comity.evaluate.metrics import Interval, rate
from comity.evaluate.resample import interval_of
from comity.evaluate.sections.members import Rows
from comity.models.card import Measured

Clusters = NDArray[np.intp]


def clusters_of(cases: Cases, field: str | None) -> Clusters:
    """A number for each row, the same for rows whose `field` is; a row without it is a cluster of its own."""
    names = cases.field(field) if field else [None] * len(cases)
    numbers: dict[object, int] = {}
    of_rows = (row if name is None else str(name) for row, name in enumerate(names))
    return np.array([numbers.setdefault(key, len(numbers)) for key in of_rows], np.intp)


def share(rows: Rows, clusters: Clusters) -> Measured | None:
    """The share of `rows`, bool (n,), with an interval that draws clusters together and is never narrower than
    Wilson's for independent rows; None for fewer than 30 rows.
    """
    independent = rate(int(rows.sum()), rows.size)
    if independent is None or np.unique(clusters).size == rows.size:
        return measured(independent)
    # A test that every template passes varies in no resample, which does not make it certain.
    drawn = interval_of(lambda places: float(rows[places].mean()), rows.size, groups=clusters)
    low, high = np.fmin(independent.low, drawn.low), np.fmax(independent.high, drawn.high)
    return measured(Interval(independent.value, float(low), float(high)))
