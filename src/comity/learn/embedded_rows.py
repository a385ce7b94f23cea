"""The embeddings of many texts, portion by portion on disk: an interrupted run goes on, and memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from comity.content import Item
from comity.content.normalise import canonical_of
from comity.detect.site_calibrated import Carded
from comity.evaluate.fit_site import scores_of
from comity.models.embedding import EncoderEmbedding

PORTION = 500
Watch = Callable[[Sequence[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class _Portion:
    """`vectors` float32 (w, d), of each window; `firsts` int64 (n,), the first window of each text; `scores` (n, k)."""

    vectors: NDArray[np.float32]
    firsts: NDArray[np.int64]
    scores: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EmbeddedRows:
    """`means` float32 (n, d): the mean of the windows of each text. `scores` float64 (n, k): what the encoder with the
    lists beside it says of each text, in the order of its labels, NaN where it abstained. `portions`: the files, in
    order.
    """

    means: NDArray[np.float32]
    scores: NDArray[np.float64]
    portions: tuple[Path, ...]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(n,): the encoder read it."""
        return ~np.isnan(self.scores[:, 0])

    def highest(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, m): for each text the highest product of one of its windows with each column of `weights`, (d, m)."""
        found = []
        for path in self.portions:
            portion = _read(path)
            assert portion is not None, "it was written or read before"
            products = portion.vectors @ weights.astype(np.float32)
            found.append(np.maximum.reduceat(products, portion.firsts, axis=0))
        return np.concatenate(found).astype(np.float64)


def embed_rows(
    items: Sequence[Item],
    embedding: EncoderEmbedding,
    detector: Carded,
    folder: Path,
    watch: Watch = lambda portions: portions,
) -> EmbeddedRows:
    """Of items with one text each. What `folder` holds already is not computed again; `watch` sees each portion pass.

    Raises ArtefactError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths, means, scores = [], [], []
    for first in watch(range(0, len(items), PORTION)):
        told = items[first : first + PORTION]
        path = folder / f"{_name(told, embedding, detector)}.npz"
        portion = _read(path) or _compute(told, embedding, detector, path)
        windows = np.diff([*portion.firsts, len(portion.vectors)])
        means.append(np.add.reduceat(portion.vectors, portion.firsts, axis=0) / windows[:, None])
        scores.append(portion.scores)
        paths.append(path)
    return EmbeddedRows(np.concatenate(means).astype(np.float32), np.concatenate(scores), tuple(paths))


def _name(items: Sequence[Item], embedding: EncoderEmbedding, detector: Carded) -> str:
    said = [(item.parts[0].text, item.lang) for item in items]
    content = f"{embedding.digest} {detector.artefact_digest} {said}"
    return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _read(path: Path) -> _Portion | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return _Portion(file["vectors"], file["firsts"], file["scores"])
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None


def _compute(items: Sequence[Item], embedding: EncoderEmbedding, detector: Carded, path: Path) -> _Portion:
    embedded = embedding.embed([canonical_of(item.parts[0]).text for item in items])
    judged = scores_of(detector, items)
    scores = np.stack([judged[label] for label in detector.card.labels], axis=1)
    # Under another name until it is whole: what is interrupted leaves no half portion.
    half = path.with_suffix(".half.npz")
    np.savez(half, vectors=embedded.vectors, firsts=embedded.firsts, scores=scores)
    half.replace(path)
    return _Portion(embedded.vectors, embedded.firsts, scores)
