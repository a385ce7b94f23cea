"""Texts as vectors: of the n-grams that they are made of, or of what the packaged encoder sees in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.models import Artefact, find
from comity.models.card import Ngrams
from comity.models.ngrams import features, grams
from comity.models.text_model import calibrated, highest
from comity.models.text_network import network_of
from comity.settings import Settings
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


@dataclass(frozen=True, slots=True)
class Placed:
    """For n texts: `vectors` float32 (n, d), not of length one, and `scores` float32 (n, k) in [0, 1]."""

    vectors: NDArray[np.float32]
    scores: NDArray[np.float32]


class EncoderSpace:
    """Where an encoder places texts, and its calibrated scores of its labels, in one pass. Texts are alike that it
    takes for alike. Of a long text the mean of its windows.

    Loads its files on first use; may then be called from several threads.
    """

    def __init__(self, encoder: Artefact, threads: int = 0) -> None:
        self.card = encoder.card
        self.digest = encoder.digest
        self.labels = tuple(encoder.card.labels)
        self._network = network_of(encoder, threads)

    def place(self, texts: Sequence[str]) -> Placed:
        """Texts without lone surrogates. Raises ArtefactError."""
        if not texts:
            return Placed(np.zeros((0, 0), np.float32), np.zeros((0, len(self.labels)), np.float32))
        windows = self._network.windows(texts)
        logits, vectors = map(np.stack, self._network.run(windows.rows, ["logits", "embedding"]))
        best = highest(windows.firsts, logits)
        scores = calibrated(np.take_along_axis(logits, best, axis=0), self.card.calibrations)
        means = np.add.reduceat(vectors, windows.firsts, axis=0) / np.bincount(windows.text)[:, None]
        return Placed(means.astype(np.float32), scores[:, : len(self.labels)])


def packaged_space() -> EncoderSpace:
    """That of the packaged English encoder. Raises NotFound, ArtefactError."""
    return EncoderSpace(find("english-v2"), Settings.from_environment().model_threads)


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
