"""Running a text model: windows, batches of similar length, maximum over windows, calibrated scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity.errors import ArtefactError
from comity.models.artefact import Artefact
from comity.models.card import Calibration

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

_BATCH_TOKENS = 2048  # larger batches leave the caches of a small CPU
_LONGER, _LONGER_TOKENS = 1.2, 4  # measured on mixed posts: 8 of them run a quarter faster than in one batch


@dataclass(frozen=True, slots=True)
class Judged:
    """For n texts and k labels: `scores` float32 (n, k) in [0, 1]; `windows` int64 (n, k, 2), the half-open range of
    code points of the window that scored highest.
    """

    scores: NDArray[np.float32]
    windows: NDArray[np.int64]


class TextModel:
    """Loads its files on first use; may then be called from several threads.

    `threads` is how many onnxruntime uses for one call; 0 lets it choose.
    """

    def __init__(self, artefact: Artefact, threads: int = 0) -> None:
        self.artefact = artefact
        self.labels = tuple(artefact.card.labels)
        self._threads = threads
        self._lock = Lock()
        self._loaded: tuple[Tokenizer, Any] | None = None

    def judge(self, texts: Sequence[str]) -> Judged:
        """Texts without lone surrogates, of any length; a text without tokens gets what an empty text gets.

        Raises ArtefactError.
        """
        logits, windows = self.logits(texts)
        calibrations = [label.calibration for label in self.artefact.card.labels.values()]
        return Judged(calibrated(logits, calibrations), windows)

    def logits(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Like `judge`, before calibration."""
        if not texts:
            return np.zeros((0, len(self.labels)), np.float32), np.zeros((0, len(self.labels), 2), np.int64)
        tokenizer, session = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        windows = [window for encoding in encodings for window in (encoding, *encoding.overflowing)]
        by_window = self._run(session, [window.ids for window in windows])

        counts = [1 + len(encoding.overflowing) for encoding in encodings]
        firsts = np.cumsum([0, *counts[:-1]])
        ranges = np.array([_range(window) for window in windows], np.int64)
        best = np.stack(
            [
                first + by_window[first : first + count].argmax(0)
                for first, count in zip(firsts, counts, strict=True)
            ]
        )
        return np.take_along_axis(by_window, best, axis=0), ranges[best]

    def _run(self, session: Any, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        logits = np.empty((len(rows), len(self.labels)), np.float32)
        for batch in length_batches([len(row) for row in rows], _BATCH_TOKENS):
            ids = np.zeros((len(batch), max(len(rows[i]) for i in batch)), np.int64)
            mask = np.zeros_like(ids)
            for line, i in enumerate(batch):
                ids[line, : len(rows[i])] = rows[i]
                mask[line, : len(rows[i])] = 1
            (logits[batch],) = session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        return logits

    def _load(self) -> tuple[Tokenizer, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> tuple[Tokenizer, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        card = self.artefact.card
        self.artefact.verify()
        tokenizer = Tokenizer.from_file(str(self.artefact.tokenizer))
        tokenizer.no_padding()
        tokenizer.enable_truncation(card.window_tokens, stride=card.window_stride)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        # A waiting thread must not burn the core that another request needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(self.artefact.model), options, providers=["CPUExecutionProvider"]
        )
        outputs = session.get_outputs()[0].shape[-1]
        if outputs != len(self.labels):
            raise ArtefactError(
                f"model `{card.name}` has {outputs} outputs for {len(self.labels)} labels",
                where=str(self.artefact.folder),
                next_step="Install the model again.",
            )
        return tokenizer, session


def calibrated(logits: NDArray[np.float32], calibrations: Sequence[Calibration]) -> NDArray[np.float32]:
    """Probabilities, float32 (n, k) in [0, 1], of logits (n, k) under one calibration a column."""
    slopes = np.array([calibration.slope for calibration in calibrations])
    intercepts = np.array([calibration.intercept for calibration in calibrations])
    exponent = np.clip(-(logits.astype(np.float64) * slopes + intercepts), -80, 80)
    scores: NDArray[np.float32] = (1 / (1 + np.exp(exponent))).astype(np.float32)
    return scores


def length_batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Indices, shortest rows first, in batches with rows x longest row within `budget` where one row alone fits.

    A batch also ends where the next row is much longer than its first: padding the short ones costs more than a batch.
    """
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if (
            not batches
            or (len(batches[-1]) + 1) * lengths[i] > budget
            or lengths[i] > _LONGER * lengths[batches[-1][0]] + _LONGER_TOKENS
        ):
            batches.append([])
        batches[-1].append(i)
    return batches


def _range(window: Encoding) -> tuple[int, int]:
    """Code points from the first to the last real token; (0, 0) if there is none."""
    inside = [
        offset
        for offset, special in zip(window.offsets, window.special_tokens_mask, strict=True)
        if not special
    ]
    return (inside[0][0], inside[-1][1]) if inside else (0, 0)
