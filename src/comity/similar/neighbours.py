"""Nearest neighbours by cosine, exactly: for tens of thousands of vectors a matrix product needs no index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.similar.embedder import Vectors

_AT_ONCE = 256


def nearest(queries: Vectors, known: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
    """The rows of `known` nearest to each query, nearest first, and their cosines: both (n, min(k, m)).

    queries: (n, d). known: (m, d). Of equally near rows the first comes first.
    """
    k = min(k, len(known))
    places = np.zeros((len(queries), k), np.int64)
    cosines = np.zeros((len(queries), k), np.float32)
    for start in range(0, len(queries) if k else 0, _AT_ONCE):
        block = slice(start, start + _AT_ONCE)
        found = np.clip(queries[block] @ known.T, -1.0, 1.0)
        # The k-th best cosine cuts, and a stable sort of what is left keeps the order of equals.
        cut = -np.partition(-found, k - 1, axis=1)[:, k - 1 : k]
        order = np.argsort(np.where(found >= cut, -found, np.inf), axis=1, kind="stable")[:, :k]
        places[block] = order
        cosines[block] = np.take_along_axis(found, order, axis=1)
    return places, cosines
