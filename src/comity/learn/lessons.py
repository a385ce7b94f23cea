"""From rows to what a network learns from: tokens, and which of them are marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.learn.recipe import Training
from comity.learn.rows import Rows

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from comity.learn.rows import Spans


@dataclass(frozen=True, slots=True)
class Lessons:
    """n rows to learn from. `tokens`: ids, truncated already; `annotations` float32 (n, outputs) in [0, 1], NaN is
    masked; `marks`, for each row float32 (its tokens,), NaN is masked.
    """

    tokens: list[list[int]]
    annotations: NDArray[np.float32]
    marks: list[NDArray[np.float32]]


def lessons(rows: Rows, tokenizer: Tokenizer, training: Training) -> Lessons:
    """The first window of each text, after the last tokens of its context; the context is not marked."""
    tokenizer.no_truncation()
    before = [encoding.ids for encoding in tokenizer.encode_batch(rows.contexts, add_special_tokens=False)]
    tokenizer.enable_truncation(training.max_tokens)
    tokens, marks = [], []
    for encoding, context, spans in zip(tokenizer.encode_batch(rows.texts), before, rows.spans, strict=True):
        first, last = encoding.ids[0], encoding.ids[-1]
        lead = [*context[-training.context_tokens :], last] if context else []
        tokens.append([first, *lead, *encoding.ids[1:]])
        marked = _marks(encoding, spans)
        marks.append(np.concatenate([marked[:1], np.full(len(lead), np.nan, np.float32), marked[1:]]))
    return Lessons(tokens, rows.annotations, marks)


def _marks(encoding: Encoding, spans: Spans | None) -> NDArray[np.float32]:
    """1 for tokens that lie in a span by at least half, NaN for special tokens and where nobody said."""
    marks = np.full(len(encoding.ids), np.nan, np.float32)
    if spans is None:
        return marks
    for place, (start, end) in enumerate(encoding.offsets):
        if not encoding.special_tokens_mask[place]:
            shared = sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in spans)
            marks[place] = 2 * shared >= end - start
    return marks
