"""Running a linear model of hashed n-grams: windows, maximum over windows, calibrated scores, the words that weigh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from comity.errors import ArtefactError
from comity.models.artefact import Artefact
from comity.models.card import Ngrams
from comity.models.ngrams import WORD, Grams, Indices, features, grams
from comity.models.text_model import Judged, calibrated

_BATCH_CHARS = 10_000  # larger arrays leave the caches of a small CPU


@dataclass(frozen=True, slots=True)
class Weights:
    """`weights` int8 (buckets, k), to be multiplied by `scale` float32 (k,); `bias` float32 (k,)."""

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def rounded(cls, weights: NDArray[np.float64], bias: NDArray[np.float64]) -> Weights:
        """weights: (buckets, k). The largest of each label becomes 127."""
        scale = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127
        return cls(
            np.round(weights / scale).astype(np.int8), scale.astype(np.float32), bias.astype(np.float32)
        )

    def write(self, path: Path) -> None:
        np.savez_compressed(path, weights=self.weights, scale=self.scale, bias=self.bias)

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Raises OSError, EOFError, ValueError, KeyError or BadZipFile for a file that holds none."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["weights"], file["scale"], file["bias"])


class NgramModel:
    """Loads its weights on first use; may then be called from several threads. numpy only.

    A logit is the bias and the weights of the text's different n-grams, over the root of their number. Whatever
    scaled the features in training is folded into the weights.
    """

    def __init__(self, artefact: Artefact) -> None:
        if artefact.card.ngrams is None:
            raise ArtefactError(f"model `{artefact.card.name}` is not made of n-grams")
        self.artefact = artefact
        self.labels = tuple(artefact.card.labels)
        self._ngrams: Ngrams = artefact.card.ngrams
        self._lock = Lock()
        self._loaded: Weights | None = None

    def judge(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Judged:  # noqa: ARG002
        """Texts of any length; one without letters gets what an empty text gets. Contexts are not read.

        The window of a label is the run of words that adds most to its score. Raises ArtefactError.
        """
        logits, windows = self.logits(texts)
        calibrations = [label.calibration for label in self.artefact.card.labels.values()]
        return Judged(calibrated(logits, calibrations), windows)

    def logits(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], Indices]:
        """Like `judge`, before calibration."""
        labels = len(self.labels)
        logits = np.full((len(texts), labels), -np.inf, np.float32)
        places = np.zeros((len(texts), labels, 2), np.int64)
        weights = self._load()
        for pieces in _batches(self._pieces(texts)):
            found, runs = self._weigh([piece.text for piece in pieces], weights)
            for piece, logit, run in zip(pieces, found, runs, strict=True):
                better = logit > logits[piece.row]
                logits[piece.row][better] = logit[better]
                places[piece.row][better] = run[better] + piece.start
        return logits, places

    def _pieces(self, texts: Sequence[str]) -> Iterator[_Piece]:
        """Each text, or its overlapping windows if it has more words than a window."""
        window, stride = self.artefact.card.window_tokens, self.artefact.card.window_stride
        for row, text in enumerate(texts):
            words = [word.span() for word in WORD.finditer(text)] if len(text) > window else []
            if len(words) <= window:
                yield _Piece(row, 0, text)
                continue
            for first in range(0, len(words) - stride, window - stride):
                begin = words[first][0] if first else 0
                beyond = first + window
                end = words[beyond - 1][1] if beyond < len(words) else len(text)
                yield _Piece(row, begin, text[begin:end])

    def _weigh(self, texts: Sequence[str], model: Weights) -> tuple[NDArray[np.float32], Indices]:
        """Logits (n, k) of texts, and the run of words (n, k, 2) behind each."""
        found = grams(texts, self._ngrams)
        feature = features(found, self._ngrams)
        adds = model.weights[feature.bucket] * (feature.value[:, None] * model.scale)
        logits = np.tile(model.bias, (len(texts), 1))
        for label in range(len(self.labels)):
            logits[:, label] += np.bincount(feature.row, adds[:, label], len(texts)).astype(np.float32)
        shares = (adds / feature.times[:, None])[feature.of]
        return logits, _runs(texts, found, shares)

    def _load(self) -> Weights:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> Weights:
        self.artefact.verify()
        try:
            weights = Weights.read(self.artefact.weights)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise ArtefactError(
                f"the weights of model `{self.artefact.card.name}` cannot be read",
                where=str(self.artefact.weights),
                next_step="Install the model again.",
            ) from error
        expected = (self._ngrams.buckets, len(self.labels))
        if weights.weights.shape != expected or weights.weights.dtype != np.int8:
            raise ArtefactError(
                f"the weights of model `{self.artefact.card.name}` do not fit its card",
                where=str(self.artefact.folder),
                next_step="Install the model again.",
            )
        return weights


@dataclass(frozen=True, slots=True)
class _Piece:
    """`text` stands in the text at `row` from code point `start`."""

    row: int
    start: int
    text: str


def _runs(texts: Sequence[str], found: Grams, shares: NDArray[np.floating[Any]]) -> Indices:
    """The run of words (n, k, 2) that adds most to each label, from what each n-gram adds, `shares` (m, k). An n-gram
    adds evenly to its characters, and these to their word. Without a word the whole text.
    """
    lengths = np.array([len(text) for text in texts], np.int64)
    labels = shares.shape[1]
    runs = np.zeros((len(texts), labels, 2), np.int64)
    runs[:, :, 1] = lengths[:, None]

    origin = np.cumsum(lengths) - lengths
    start, end = origin[found.row] + found.start, origin[found.row] + found.end
    each = shares / np.maximum(end - start, 1)[:, None]
    chars = int(lengths.sum()) + 1
    upto = np.zeros((chars + 1, labels))
    for label in range(labels):
        steps = np.bincount(start, each[:, label], chars) - np.bincount(end, each[:, label], chars)
        upto[1:, label] = np.cumsum(np.cumsum(steps))
    row, begin, finish = found.words.T
    by_word = upto[origin[row] + finish] - upto[origin[row] + begin]
    borders = np.searchsorted(row, np.arange(len(texts) + 1))
    for text, (low, high) in enumerate(pairwise(borders)):
        if low < high:
            first, last = heaviest_run(by_word[low:high])
            runs[text, :, 0], runs[text, :, 1] = begin[low + first], finish[low + last]
    return runs


def heaviest_run(values: NDArray[np.float64]) -> tuple[Indices, Indices]:
    """For each column of `values` (w, k), w > 0: first and last row of the run whose sum is largest (Kadane)."""
    sums = np.cumsum(values, axis=0)
    before = np.vstack([np.zeros((1, values.shape[1])), sums[:-1]])
    lowest = np.minimum.accumulate(before, axis=0)
    place = np.arange(len(values))[:, None]
    since = np.maximum.accumulate(np.where(before <= lowest, place, 0), axis=0)
    last = (sums - lowest).argmax(axis=0)
    return since[last, np.arange(values.shape[1])], last


def _batches(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    batch: list[_Piece] = []
    chars = 0
    for piece in pieces:
        if batch and chars + len(piece.text) > _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
        batch.append(piece)
        chars += len(piece.text)
    if batch:
        yield batch
