"""Nearest neighbours are found exactly, nearest first."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from comity.similar import nearest


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 4), m=st.integers(0, 12), k=st.integers(1, 15))
def test_the_neighbours_are_those_that_a_full_sort_finds(seed, n, m, k):
    draw = np.random.default_rng(seed)
    # Few different numbers, so that many rows are equally near.
    queries, known = (draw.integers(-1, 2, (rows, 3)).astype(np.float32) / 2 for rows in (n, m))
    places, cosines = nearest(queries, known, k)
    assert places.shape == cosines.shape == (n, min(k, m))
    for query, row, found in zip(queries, places, cosines, strict=True):
        expected = sorted(range(m), key=lambda place: (-float(known[place] @ query), place))[:k]
        assert row.tolist() == expected
        assert found.tolist() == [float(known[place] @ query) for place in expected]


def test_more_queries_than_fit_into_one_block_keep_their_order():
    known = np.eye(3, dtype=np.float32)
    places, _ = nearest(np.tile(known, (200, 1)), known, 1)
    assert places[:, 0].tolist() == [0, 1, 2] * 200
