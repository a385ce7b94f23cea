"""What a packaged encoder makes of a text before its own heads judge it: vectors on which other heads can be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from comity.errors import ArtefactError
from comity.models.artefact import Artefact
from comity.models.text_network import Floats, Ints, network_of

_PORTION = 512


@dataclass(frozen=True, slots=True)
class Embedded:
    """For n texts of w windows: `vectors` float32 (w, d); `text` int64 (w,), rising, the text of each window; `ranges`
    int64 (w, 2), its half-open range of code points. Every text has a window.
    """

    vectors: Floats
    text: Ints
    ranges: Ints

    @property
    def firsts(self) -> Ints:
        """(n,): the first window of each text."""
        found: Ints = np.flatnonzero(np.diff(self.text, prepend=-1))
        return found


class EncoderEmbedding:
    """Loads the encoder's files on first use; may then be called from several threads. onnxruntime, no torch.

    `threads` is how many onnxruntime uses for one call; 0 lets it choose.
    """

    def __init__(self, encoder: Artefact, threads: int = 0) -> None:
        self.encoder = encoder
        self._network = network_of(encoder, threads)

    @property
    def digest(self) -> str:
        """SHA-256 of all that makes a vector; the calibration on the encoder's card does not count."""
        card = self.encoder.card
        files = [card.files.get(name) for name in ("model.onnx", "tokenizer.json")]
        return sha256(f"{files} {card.window_tokens} {card.window_stride}".encode()).hexdigest()

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Texts without lone surrogates, of any length. Raises ArtefactError."""
        if self.encoder.card.kind != "encoder":
            raise ArtefactError(f"model `{self.encoder.card.name}` is no encoder, it has no embedding")
        parts = [
            self._embed(texts[first : first + _PORTION], first)
            for first in range(0, max(1, len(texts)), _PORTION)
        ]
        return Embedded(
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.text for part in parts]),
            np.concatenate([part.ranges for part in parts]),
        )

    def _embed(self, texts: Sequence[str], first: int) -> Embedded:
        """`first` is the number of the first text."""
        windows = self._network.windows(texts)
        (vectors,) = self._network.run(windows.rows, ["embedding"])
        return Embedded(
            np.stack(vectors) if vectors else np.zeros((0, 0), np.float32),
            windows.text + first,
            windows.ranges,
        )
