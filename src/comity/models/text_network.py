"""A network on disk: its tokenizer, the windows that it reads of texts, and its outputs, batch by batch."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from comity.errors import ArtefactError
from comity.models.artefact import Artefact

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_BATCH_TOKENS = 2048  # larger batches leave the caches of a small CPU
_LONGER, _LONGER_TOKENS = 1.2, 4  # measured on mixed posts: 8 of them run a quarter faster than in one batch
_opening = Lock()
_networks: WeakValueDictionary[Hashable, TextNetwork] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Windows:
    """What is read of n texts, in w windows. `encodings` of the windows; `rows`, the ids that the network gets, and of
    each `lead`, how many of them stand before those of the window; `text` int64 (w,), rising, the text of each.
    Every text has a window.
    """

    encodings: list[Encoding]
    rows: list[list[int]]
    lead: list[int]
    text: Ints

    @property
    def firsts(self) -> Ints:
        """(n,): the first window of each text."""
        found: Ints = np.flatnonzero(np.diff(self.text, prepend=-1))
        return found

    @property
    def ranges(self) -> Ints:
        """(w, 2): the half-open range of code points of each; (0, 0) if it has no token."""
        return np.array([_range(encoding) for encoding in self.encodings], np.int64).reshape(-1, 2)


class TextNetwork:
    """Loads its files on first use; may then be called from several threads.

    `threads` is how many onnxruntime uses for one call; 0 lets it choose.
    """

    def __init__(self, artefact: Artefact, threads: int = 0) -> None:
        self.artefact = artefact
        self._threads = threads
        self._lock = Lock()
        self._loaded: tuple[Tokenizer, Any] | None = None

    def windows(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Windows:
        """`contexts`: what was said before each text, "" for nothing. Raises ArtefactError."""
        tokenizer, _ = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        before = self._before(tokenizer, contexts or [""] * len(texts))
        windows: list[Encoding] = []
        rows: list[list[int]] = []
        leads: list[int] = []
        numbers: list[int] = []
        for number, (encoding, lead) in enumerate(zip(encodings, before, strict=True)):
            for window in (encoding, *encoding.overflowing):
                windows.append(window)
                rows.append([window.ids[0], *lead, *window.ids[1:]])
                leads.append(len(lead))
                numbers.append(number)
        return Windows(windows, rows, leads, np.array(numbers, np.int64))

    def run(self, rows: Sequence[Sequence[int]], outputs: Sequence[str]) -> list[list[Floats]]:
        """For each output one array a row: (d,), or (its tokens,) for an output that has one value a token.

        Raises ArtefactError if the network has no such output.
        """
        _, session = self._load()
        known = {output.name: len(output.shape) for output in session.get_outputs()}
        if missing := [name for name in outputs if name not in known]:
            raise ArtefactError(
                f"model `{self.artefact.card.name}` gives no {missing[0]}",
                where=str(self.artefact.folder),
                next_step="Train it again with a recipe of this version.",
            )
        found: list[list[Floats]] = [[np.empty(0, np.float32)] * len(rows) for _ in outputs]
        for batch in length_batches([len(row) for row in rows], _BATCH_TOKENS):
            ids = np.zeros((len(batch), max(len(rows[i]) for i in batch)), np.int64)
            mask = np.zeros_like(ids)
            for line, i in enumerate(batch):
                ids[line, : len(rows[i])] = rows[i]
                mask[line, : len(rows[i])] = 1
            for place, values in enumerate(
                session.run(list(outputs), {"input_ids": ids, "attention_mask": mask})
            ):
                for line, i in enumerate(batch):
                    of_tokens = outputs[place] == "marks"
                    found[place][i] = values[line, : len(rows[i])] if of_tokens else values[line]
        return found

    @property
    def outputs(self) -> int:
        """How many logits a row gets."""
        _, session = self._load()
        shape = next(output.shape for output in session.get_outputs() if output.name == "logits")
        return int(shape[-1])

    def _before(self, tokenizer: Tokenizer, contexts: Sequence[str]) -> list[list[int]]:
        """For each text the ids that stand between its first, special, token and its own."""
        leads: list[list[int]] = [[]] * len(contexts)
        context = self.artefact.card.context
        places = [place for place, text in enumerate(contexts) if text]
        if context is None or not places:
            return leads
        # A word of twelve letters is long: what stands further back would be cut anyway.
        tails = [contexts[place][-12 * context.tokens :] for place in places]
        for place, encoding in zip(places, tokenizer.encode_batch(tails), strict=True):
            whole = [encoding, *encoding.overflowing][-1]
            own = [
                id for id, special in zip(whole.ids, whole.special_tokens_mask, strict=True) if not special
            ]
            leads[place] = [*own[-context.tokens :], whole.ids[-1]] if own else []
        return leads

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
        return tokenizer, session


def network_of(artefact: Artefact, threads: int = 0) -> TextNetwork:
    """The network of `artefact`, the same for all who hold it: its weights are in memory once."""
    card = artefact.card
    read = (card.window_tokens, card.window_stride, card.context)
    key = (artefact.folder, frozenset(card.files.items()), read, threads)
    with _opening:
        found = _networks.get(key)
        if found is None:
            found = _networks[key] = TextNetwork(artefact, threads)
        return found


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
