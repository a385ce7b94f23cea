"""A text disguised or disturbed on purpose, with the places and the plain words of what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from random import Random
from typing import Literal, NamedTuple, TypeAlias

Edit: TypeAlias = tuple[int, int, str]
"""Code points `start` to `end` (half-open) of the clean text, and what takes their place."""

Edits: TypeAlias = Callable[[str, Random, Set[str]], Iterable[Edit]]
"""From a clean text, a random source and case-folded words to change first, to edits that do not overlap."""


class Change(NamedTuple):
    """Code points `start` to `end` (half-open) of the NEW text, never empty, stand where `original` stood.

    `original` is the changed word; for white space the gap between two words, for a frame the whole text.
    """

    start: int
    end: int
    original: str


@dataclass(frozen=True, slots=True)
class Perturbed:
    """`spans` are ordered and disjoint; outside them the text is as it was. No spans: the text was not changed."""

    text: str
    spans: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One way to change a text so that its annotation still holds.

    `kind` is what for: to hide words (camouflage) or by accident and habit (noise). `family` groups variants of one
    method: `leet-1` to `leet-4` are of the family `leet`.
    """

    name: str
    kind: Literal["camouflage", "noise"]
    family: str
    edits: Edits

    def apply(self, text: str, random: Random, targets: Set[str] = frozenset()) -> Perturbed:
        """`targets`: case-folded words. Camouflage hides these alone in a text that has some, else the key words.

        Accepts any str. A text with nothing in it that could be changed comes back as it is, without spans.
        """
        return _rewritten(text, self.edits(text, random, targets))


def disguised_words(perturbed: Perturbed) -> list[tuple[str, str]]:
    """Each change as (what stands there now, what stood there)."""
    return [(perturbed.text[start:end], original) for start, end, original in perturbed.spans]


def restored(perturbed: Perturbed) -> str:
    """The clean text."""
    return "".join(_restored(perturbed))


def _restored(perturbed: Perturbed) -> Iterator[str]:
    done = 0
    for start, end, original in perturbed.spans:
        yield perturbed.text[done:start]
        yield original
        done = end
    yield perturbed.text[done:]


def _rewritten(text: str, edits: Iterable[Edit]) -> Perturbed:
    pieces: list[str] = []
    spans: list[Change] = []
    done = length = 0
    for start, end, new in sorted(edits):
        if new == text[start:end]:
            continue
        length += start - done
        pieces += (text[done:start], new)
        spans.append(Change(length, length + len(new), text[start:end]))
        length += len(new)
        done = end
    return Perturbed("".join((*pieces, text[done:])), tuple(spans))
