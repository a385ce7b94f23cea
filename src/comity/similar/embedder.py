"""The joint between texts and vectors: a better embedding is one more class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""float32 (n, d), each row of length one, or all zero where there was nothing to embed."""


class Embedder(Protocol):
    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, so that texts that are alike have a product near 1."""
