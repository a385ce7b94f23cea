"""Texts as vectors of the n-grams that they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from comity.models.card import Ngrams
from comity.models.ngrams import features, grams
from comity.similar import Vectors

DIMENSIONS = 1_024
_NGRAMS = Ngrams(words=1, letters=(2, 4), buckets=2 * DIMENSIONS)
_BATCH_CHARS = 10_000  # larger arrays leave the caches of a small CPU


class NgramEmbedder:
    """Words and runs of two to four letters, hashed: texts are alike that are spelt alike. numpy only, any language.

    Half of the n-grams count negatively, so that two that fall into one dimension cancel as often as they add
    (Weinberger et al., 2009: Feature Hashing for Large Scale Multitask Learning).
    """

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for batch in _batches(texts):
            feature = features(grams([texts[row] for row in batch], _NGRAMS), _NGRAMS)
            dimension, negative = np.divmod(feature.bucket, 2)
            signed = np.where(negative, -feature.value, feature.value)
            flat = np.bincount(feature.row * DIMENSIONS + dimension, signed, len(batch) * DIMENSIONS)
            vectors[batch] = flat.reshape(len(batch), DIMENSIONS)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
        return unit


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of all texts that have any n-grams."""
    batch: list[int] = []
    chars = 0
    for row, text in enumerate(texts):
        if not text.strip():
            continue
        if batch and chars + len(text) > _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
        batch.append(row)
        chars += len(text)
    if batch:
        yield batch
