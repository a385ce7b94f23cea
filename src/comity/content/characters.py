"""Classes of characters, written as the inside of a regular expression's `[...]`."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import chain

EMOJI = "\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
"""Pictographs, arrows and symbols that emoji sequences are made of."""

JOINING = "\u0600-\u08ff\u0900-\u0dff\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc"
"""Scripts in which a joiner changes the look of the letters beside it: Arabic, Indic, Khmer, Mongolian."""

INVISIBLE = (
    "\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Controls, fillers, bidirectional marks, variation selectors and tags; the joiners U+200C, U+200D stay out."""


@cache
def marks() -> str:
    """Every combining mark (category M). Computed on first use: about ten milliseconds."""
    runs: list[list[int]] = []
    for code in chain(range(0x300, 0x20000), range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code))[0] != "M":
            continue
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)
