"""Sentences of a text, and offsets as JavaScript and Java count them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

MOST_SENTENCES = 100
"""Of a longer text, neighbouring sentences share a span, so that one request cannot ask for thousands of scores."""

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？｡]+[」』”’)]*|[\r\n]+")


def sentences(text: str) -> list[tuple[int, int]]:
    """Code points from where to where (half-open) each sentence of `text` goes, without white space around it.

    A sentence ends at a full stop, a question or exclamation mark or an ellipsis before white space, at their wide
    forms anywhere, and at the end of a line. Abbreviations are not known.
    """
    ends = [match.end() for match in _END.finditer(text)]
    found = [
        trimmed
        for start, end in zip([0, *ends], [*ends, len(text)], strict=True)
        if (trimmed := trim(text, start, end)) is not None
    ]
    share = -(-len(found) // MOST_SENTENCES)
    return [
        (found[first][0], found[min(first + share, len(found)) - 1][1])
        for first in range(0, len(found), max(share, 1))
    ]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The range without white space at its ends; None if there is nothing else in it."""
    piece = text[start:end]
    if not piece.strip():
        return None
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


class Utf16Offsets:
    """Offsets in `text` by code points, turned into offsets by UTF-16 code units: an emoji counts two."""

    def __init__(self, text: str) -> None:
        self._at: Sequence[int] = (
            range(len(text) + 1)
            if text.isascii()
            else [0, *accumulate(1 + (char > "\uffff") for char in text)]
        )

    def of(self, offset: int) -> int:
        return self._at[offset]
