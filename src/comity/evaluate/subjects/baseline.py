"""What needs no learning: everything flagged, nothing flagged, a list of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import ClassVar, Literal

import numpy as np

from comity.content import Item
from comity.errors import InputError
from comity.evaluate.subject import ANY_CRITERION, Answers, Subject
from comity.evaluate.subjects.detector import DetectorSubject, open_detector

_NAMES = ("word-list", "flag-all", "flag-none")


@dataclass(frozen=True, slots=True)
class FlagEverything:
    """The same `score` for every item in every criterion: 1 flags all of them, 0 none."""

    name: str
    score: Literal[0, 1]
    version: str
    remote: bool = False
    learned_from: ClassVar[frozenset[str]] = frozenset()

    def answer(self, items: Sequence[Item]) -> Answers:
        count = len(items)
        return Answers(
            {ANY_CRITERION: np.full(count, float(self.score))},
            ("",) * count,
            flagged=np.full(count, bool(self.score)),
        )

    def under(self, policy: str) -> FlagEverything:  # noqa: ARG002 - it follows none
        return self

    def megabytes(self) -> float | None:
        return None


@dataclass(frozen=True, slots=True)
class WordList:
    """The packaged word list as if its silence cleared a text: nothing found scores 0. Of toxicity, for which it has
    no words of its own, any listed word is a sign.
    """

    lexicon: DetectorSubject
    name: str = "word-list"
    remote: bool = False
    learned_from: ClassVar[frozenset[str]] = frozenset()

    @property
    def version(self) -> str:
        return self.lexicon.version

    def answer(self, items: Sequence[Item]) -> Answers:
        found = self.lexicon.answer(items)
        scores = {criterion: np.nan_to_num(column) for criterion, column in found.scores.items()}
        scores["toxicity"] = np.max(list(scores.values()), axis=0)
        return replace(found, scores=scores, unjudged=("",) * len(items))

    def under(self, policy: str) -> WordList:  # noqa: ARG002 - it follows none
        return self

    def megabytes(self) -> float | None:
        return None


def open_baseline(name: str) -> Subject:
    """Raises InputError for an unknown name."""
    match name:
        case "word-list":
            return WordList(open_detector("lexicon.v1"))
        case "flag-all":
            return FlagEverything(name, 1, version("comity"))
        case "flag-none":
            return FlagEverything(name, 0, version("comity"))
    raise InputError(f"there is no baseline `{name}`", next_step=f"Use one of {', '.join(_NAMES)}.")
