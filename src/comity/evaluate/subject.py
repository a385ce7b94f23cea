"""What is put to the test: anything that scores items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from comity.content import Item
from comity.evaluate.metrics import Floats

ANY_CRITERION = "*"
"""Under it stands the score of a subject that has one for everything."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a subject says of n items.

    `scores` maps a criterion to float (n,) in [0, 1], NaN where it did not judge; one under `*` is for every criterion.
    `unjudged` has, for each item, why it was not judged at all, or "". `flagged` bool (n,) is what it would act on,
    where it decides by itself; `rules` then are the ids of the rules that it found broken. `spans` are the code points
    of the item's first text part that it points at.
    """

    scores: Mapping[str, Floats]
    unjudged: tuple[str, ...]
    flagged: NDArray[np.bool_] | None = None
    rules: tuple[frozenset[str], ...] | None = None
    spans: Mapping[str, tuple[tuple[tuple[int, int], ...], ...]] = field(default_factory=dict)

    def score(self, criteria: Sequence[str]) -> Floats | None:
        """The highest score over `criteria`, NaN where none is judged; None if the subject judges none of them."""
        known = [self.scores[name] for name in (*criteria, ANY_CRITERION) if name in self.scores]
        if not known:
            return None
        highest: Floats = np.fmax.reduce(np.stack(known), axis=0)
        return highest


class Subject(Protocol):
    """`name` says in one word what it is, `version` what tells it from a later one (a digest, a model's name)."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def remote(self) -> bool:
        """Whether it judges on another machine, so that neither its CPU time nor its memory can be measured here."""

    @property
    def learned_from(self) -> frozenset[str]:
        """The data files, as a suite names them, whose rows are known to have taught or calibrated it."""

    def answer(self, items: Sequence[Item]) -> Answers:
        """Of every item, in order. A failure on one item is told in `unjudged`; one that concerns all is raised."""

    def under(self, policy: str) -> Subject:
        """The same judge under another policy; itself if it follows none."""

    def megabytes(self) -> float | None:
        """Size of its files, None where that is not known."""
