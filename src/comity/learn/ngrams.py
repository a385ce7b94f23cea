"""Fitting a linear model of n-grams: one logistic regression a criterion, on features scaled by how much they tell.

After "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification" (Wang and Manning, 2012): each n-gram
counts in proportion to the size of its log-count ratio, here with logistic regression in place of a support vector
machine and with the ratio of shares of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from comity.models.card import Ngrams
from comity.models.ngrams import features, grams

_BATCH = 512
_MOST_ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Heads:
    """`weights` float64 (buckets, k), `bias` float64 (k,): what adds up to a text's logits."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, matrix: csr_matrix) -> NDArray[np.float32]:
        """float32 (n, k)."""
        found: NDArray[np.float32] = (matrix @ self.weights + self.bias).astype(np.float32)
        return found


def matrix(texts: Sequence[str], ngrams: Ngrams) -> csr_matrix:
    """(n, buckets): what the running model multiplies its weights with."""
    batches = [_matrix(texts[first : first + _BATCH], ngrams) for first in range(0, len(texts), _BATCH)]
    return vstack(batches, format="csr") if batches else csr_matrix((0, ngrams.buckets))


def fit(rows: csr_matrix, annotations: NDArray[np.float32], strength: float, seed: int) -> Heads:
    """annotations: float32 (n, k), NaN is masked, a share counts as 1 from 0.5 up; each column has rows of both kinds.

    strength: the inverse of the penalty.
    """
    fitted = [_fit(rows, column, strength, seed) for column in annotations.T]
    weights, bias = zip(*fitted, strict=True)
    return Heads(np.stack(weights, axis=1), np.array(bias))


def _fit(rows: csr_matrix, column: NDArray[np.float32], strength: float, seed: int) -> tuple[Any, float]:
    known = np.flatnonzero(np.isfinite(column))
    rows, holds = rows[known], column[known] >= 0.5
    scale = _scale(rows, holds)
    # The dual has the same optimum as the primal, and on sparse rows it is found several times as fast.
    head = LogisticRegression(
        solver="liblinear", dual=True, C=strength, max_iter=_MOST_ROUNDS, random_state=seed
    ).fit((rows @ diags(scale)).tocsr(), holds)
    return head.coef_[0] * scale, float(head.intercept_[0])


def _scale(rows: csr_matrix, holds: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(buckets,): the absolute log of the ratio of two shares, that of positive texts that have the n-gram and that of
    negative ones; its mean square over the n-grams that occur is 1.
    """
    shares = []
    for side in (holds, ~holds):
        having = np.bincount(rows[side].indices, minlength=rows.shape[1])
        shares.append((having + 1) / (side.sum() + 2))
    ratio = np.abs(np.log(shares[0] / shares[1]))
    occurs = np.bincount(rows.indices, minlength=rows.shape[1]) > 0
    scaled: NDArray[np.float64] = np.where(occurs, ratio, 0)
    return scaled / max(1e-6, float(np.sqrt(np.mean(ratio[occurs] ** 2))))


def _matrix(texts: Sequence[str], ngrams: Ngrams) -> csr_matrix:
    found = features(grams(texts, ngrams), ngrams)
    return csr_matrix((found.value, (found.row, found.bucket)), shape=(len(texts), ngrams.buckets))
