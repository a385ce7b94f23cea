"""Running a text model: the highest of the windows of a text, calibrated; severities, and the words that it marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from comity.errors import ArtefactError
from comity.models.artefact import Artefact
from comity.models.card import Calibration, Label
from comity.models.text_network import Floats, Ints, Windows, network_of

Tokens = tuple[tuple[int, int, float], ...]
"""For each token its range of code points, half-open, and its logit."""
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """For n texts and k labels: `scores` float32 (n, k) in [0, 1]; `windows` int64 (n, k, 2), the half-open range of
    code points of the window that scored highest; `severities` int8 (n, k), the highest severity that is more likely
    reached than not, 0 where not even the label holds, -1 for a label that is not graded; `marked`, for each text the
    ranges that the model points to, in order and apart. The last two are None if the model never grades or points.
    """

    scores: Floats
    windows: Ints
    severities: NDArray[np.int8] | None = None
    marked: tuple[Spans, ...] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What the network says before calibration, for n texts: `outputs` float32 (n, o), the highest of the windows;
    `windows` int64 (n, o, 2); `tokens` of each text in order of appearance, none where the model marks none.
    """

    outputs: Floats
    windows: Ints
    tokens: tuple[Tokens, ...]


class TextModel:
    """Loads its files on first use; may then be called from several threads.

    `threads` is how many onnxruntime uses for one call; 0 lets it choose.
    """

    def __init__(self, artefact: Artefact, threads: int = 0) -> None:
        self.artefact = artefact
        self.labels = tuple(artefact.card.labels)
        self._network = network_of(artefact, threads)

    def judge(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Judged:
        """Texts without lone surrogates, of any length; a text without tokens gets what an empty text gets.

        `contexts`: what was said before each, "" for nothing; a model that reads no context leaves them aside.
        Raises ArtefactError.
        """
        card, k = self.artefact.card, len(self.labels)
        read = self.read(texts, contexts)
        probabilities = calibrated(read.outputs, card.calibrations)
        return Judged(
            probabilities[:, :k],
            read.windows[:, :k],
            severities(probabilities, card.labels.values()) if probabilities.shape[1] > k else None,
            tuple(runs(tokens, card.marking.threshold) for tokens in read.tokens) if card.marking else None,
        )

    def read(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Read:
        """Like `judge`, before calibration."""
        card = self.artefact.card
        outputs = len(card.calibrations)
        if not texts:
            return Read(np.zeros((0, outputs), np.float32), np.zeros((0, outputs, 2), np.int64), ())
        if self._network.outputs != outputs:
            raise ArtefactError(
                f"model `{card.name}` has {self._network.outputs} outputs for {outputs} labels and steps",
                where=str(self.artefact.folder),
                next_step="Install the model again.",
            )
        windows = self._network.windows(texts, contexts)
        logits, *marks = self._network.run(windows.rows, ["logits", "marks"] if card.marking else ["logits"])
        by_window = np.stack(logits)
        best = highest(windows.firsts, by_window)
        places = [range(*edges) for edges in pairwise([*windows.firsts.tolist(), len(windows.rows)])]
        return Read(
            np.take_along_axis(by_window, best, axis=0),
            windows.ranges[best],
            tuple(_tokens(windows, marks[0], place) if marks else () for place in places),
        )


def highest(firsts: Ints, values: Floats) -> Ints:
    """int64 (n, o): for n texts and each of o columns the window with the highest value.

    firsts: (n,), rising, the first window of each text; values: (w, o).
    """
    edges = pairwise([*firsts.tolist(), len(values)])
    return np.stack([start + values[start:end].argmax(axis=0) for start, end in edges])


def calibrated(logits: Floats, calibrations: Sequence[Calibration]) -> Floats:
    """Probabilities, float32 (n, k) in [0, 1], of logits (n, k) under one calibration a column."""
    slopes = np.array([calibration.slope for calibration in calibrations])
    intercepts = np.array([calibration.intercept for calibration in calibrations])
    exponent = np.clip(-(logits.astype(np.float64) * slopes + intercepts), -80, 80)
    scores: Floats = (1 / (1 + np.exp(exponent))).astype(np.float32)
    return scores


def severities(probabilities: Floats, labels: Iterable[Label]) -> NDArray[np.int8]:
    """int8 (n, k), as in `Judged`, of the probabilities (n, o) of k labels and then their steps.

    A step counts only if all before it are reached too, so that grades stay in order.
    """
    labels = tuple(labels)
    found = np.full((len(probabilities), len(labels)), -1, np.int8)
    column = len(labels)
    for place, label in enumerate(labels):
        if not label.steps:
            continue
        reached = probabilities[:, place] >= 0.5
        found[:, place] = reached
        for severity in sorted(label.steps):
            reached = reached & (probabilities[:, column] >= 0.5)
            found[reached, place] = severity
            column += 1
    return found


def runs(tokens: Tokens, threshold: float) -> Spans:
    """Ranges of neighbouring tokens with at least this probability; one code point, a space, may lie between them."""
    least = log(threshold / (1 - threshold))
    found: list[tuple[int, int]] = []
    for start, end, logit in tokens:
        if logit < least:
            continue
        if found and start - found[-1][1] <= 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def _tokens(windows: Windows, marks: Sequence[Floats], places: range) -> Tokens:
    """Each token of a text once, with the highest logit of the windows that hold it."""
    found: dict[tuple[int, int], float] = {}
    for place in places:
        encoding, logits, lead = windows.encodings[place], marks[place].tolist(), windows.lead[place]
        for index, special in enumerate(encoding.special_tokens_mask):
            if not special:
                token, logit = encoding.offsets[index], logits[index + lead]
                found[token] = max(logit, found.get(token, logit))
    return tuple((start, end, logit) for (start, end), logit in sorted(found.items()))
