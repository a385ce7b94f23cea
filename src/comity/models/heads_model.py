"""Running heads that were fitted on the embedding of an encoder: highest window, calibrated scores, severities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from comity.errors import ArtefactError, NotFound
from comity.models.artefact import Artefact, find
from comity.models.embedding import EncoderEmbedding
from comity.models.text_model import Judged, calibrated, highest, severities

_AGAIN = "Run `comity train heads` again with the same file."


@dataclass(frozen=True, slots=True)
class HeadWeights:
    """`weights` float32 (d, o), `bias` float32 (o,): a column for each label, then for each of their steps."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def write(self, path: Path) -> None:
        np.savez(path, weights=self.weights, bias=self.bias)

    @classmethod
    def read(cls, path: Path) -> HeadWeights:
        """Raises OSError, EOFError, ValueError, KeyError or BadZipFile for a file that holds none."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["weights"], file["bias"])


class HeadsModel:
    """Loads its files on first use; may then be called from several threads.

    Raises ArtefactError if the heads were fitted on another embedding than this one.
    """

    def __init__(self, artefact: Artefact, embedding: EncoderEmbedding) -> None:
        card = artefact.card
        if card.embedding != embedding.digest:
            raise ArtefactError(
                f"the heads `{card.name}` were fitted on another version of `{embedding.encoder.card.name}`",
                where=str(artefact.folder),
                next_step=_AGAIN,
            )
        self.artefact = artefact
        self.labels = tuple(card.labels)
        self._embedding = embedding
        self._lock = Lock()
        self._loaded: HeadWeights | None = None

    def judge(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Judged:  # noqa: ARG002
        """Texts without lone surrogates, of any length. Contexts are left aside. Raises ArtefactError."""
        heads, k = self._load(), len(self.labels)
        embedded = self._embedding.embed(texts)
        by_window = embedded.vectors.reshape(-1, len(heads.weights)) @ heads.weights + heads.bias
        best = highest(embedded.firsts, by_window) if len(texts) else np.zeros((0, len(heads.bias)), np.int64)
        logits = np.take_along_axis(by_window, best, axis=0)
        probabilities = calibrated(logits, self.artefact.card.calibrations)
        return Judged(
            scores=probabilities[:, :k],
            windows=embedded.ranges[best[:, :k]],
            severities=severities(probabilities, self.artefact.card.labels.values()),
        )

    def _load(self) -> HeadWeights:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> HeadWeights:
        self.artefact.verify()
        where = str(self.artefact.weights)
        try:
            heads = HeadWeights.read(self.artefact.weights)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise ArtefactError(
                "the weights of the heads cannot be read", where=where, next_step=_AGAIN
            ) from error
        outputs = len(self.artefact.card.calibrations)
        if heads.weights.ndim != 2 or heads.weights.shape[1] != outputs or heads.bias.shape != (outputs,):
            raise ArtefactError(
                "the weights of the heads do not fit their card", where=where, next_step=_AGAIN
            )
        return heads


def open_heads(artefact: Artefact, threads: int = 0) -> HeadsModel:
    """The heads on the installed encoder that they were fitted on. Reads no weights yet.

    Raises ArtefactError if it is not installed, or in another version.
    """
    try:
        encoder = find(artefact.card.base)
    except NotFound as error:
        raise ArtefactError(
            f"the heads `{artefact.card.name}` were fitted on `{artefact.card.base}`, which is not installed",
            where=str(artefact.folder),
            next_step=_AGAIN,
        ) from error
    return HeadsModel(artefact, EncoderEmbedding(encoder, threads))
