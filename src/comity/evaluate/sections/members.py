"""Which rows have which value of a field."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.evaluate.cases import Cases

Rows = NDArray[np.bool_]


def members(cases: Cases, field: str) -> dict[str, Rows]:
    """For each value, the rows that have it, bool (n,), in the order in which the data first has the values.

    A row whose field holds a list has each value in it; one without the field has none.
    """
    found: dict[str, Rows] = {}
    for place, value in enumerate(cases.field(field)):
        for one in values_of(value):
            found.setdefault(one, np.zeros(len(cases), bool))[place] = True
    return found


def values_of(value: Any) -> list[str]:
    """The values that a field holds: none, one, or those of a list."""
    if isinstance(value, list | tuple | np.ndarray):
        return [str(one) for one in value]
    return [] if value is None or value == "" else [str(value)]
