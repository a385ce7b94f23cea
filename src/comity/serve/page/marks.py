"""Evidence in a text, as segments to be marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text, and the numbers of the violations that point to it; none for plain text."""

    text: str
    violations: tuple[int, ...]


def segments(text: str, spans: Iterable[tuple[int, int, int]]) -> list[Segment]:
    """`text` cut where what points to it changes; the segments joined are the text again.

    spans: start, end (code points, half-open) and the number of a violation. They may overlap.
    """
    inside = [(max(start, 0), min(end, len(text)), number) for start, end, number in spans]
    cuts = sorted({0, len(text), *(at for start, end, _ in inside if start < end for at in (start, end))})
    pieces = [
        (
            tuple(sorted({number for first, last, number in inside if first <= start and end <= last})),
            start,
            end,
        )
        for start, end in pairwise(cuts)
    ]
    found = []
    for violations, same in groupby(pieces, key=itemgetter(0)):
        edges = list(same)
        found.append(Segment(text[edges[0][1] : edges[-1][2]], violations))
    return found
