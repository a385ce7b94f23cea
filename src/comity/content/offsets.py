"""A rewritten text that still knows where each of its code points came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comity.errors import InputError


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text`, and for each of its code points the half-open range of the ORIGINAL text that it was made from.

    `starts` and `ends` are as long as `text` and never decrease. Texts that were not rewritten hold plain ranges,
    so that wrapping one costs nothing.
    """

    text: str
    original_length: int
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Normalised:
        """`text` as it is."""
        return cls(text, len(text), range(len(text)), range(1, len(text) + 1))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that code points `start` to `end` (half-open) of `text` came from.

        An empty range becomes an empty one. Raises InputError if the range does not lie in the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise InputError(f"{start} to {end} is no range of a text of {len(self.text)} code points")
        if start == end:
            position = self.starts[start] if start < len(self.text) else self.original_length
            return position, position
        return self.starts[start], self.ends[end - 1]

    def substitute(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> Normalised:
        """Each match replaced, like `re.sub`, with the map carried along.

        A replacement of equal length is taken code point by code point; the code points of any other stand for
        the whole match.
        """
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            new = replace(match)
            begin, end = match.span()
            if new == match[0]:
                continue
            pieces += (self.text[done:begin], new)
            same_length = len(new) == end - begin
            kept = end if same_length else begin
            starts.extend(self.starts[done:kept])
            ends.extend(self.ends[done:kept])
            if not same_length:
                starts.extend([self.starts[begin]] * len(new))
                ends.extend([self.ends[end - 1]] * len(new))
            done = end
        if not pieces:
            return self
        pieces.append(self.text[done:])
        starts.extend(self.starts[done:])
        ends.extend(self.ends[done:])
        return Normalised("".join(pieces), self.original_length, starts, ends)

    def with_text(self, text: str) -> Normalised:
        """The same map under another text of the same length."""
        return Normalised(text, self.original_length, self.starts, self.ends)
