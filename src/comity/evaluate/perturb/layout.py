"""White space and punctuation as they come out of haste, copying and bad clients.

The normaliser folds runs of white space; it neither parts words that run together nor touches punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from itertools import pairwise
from random import Random

from comity.evaluate.perturb.letters import some
from comity.evaluate.perturb.perturbation import Edit, Edits
from comity.evaluate.perturb.words import some_matches

_GAPS_SHARE = 0.4
_JOINED_SHARE = 0.25
_PUNCTUATED_SHARE = 0.3

_GAP = re.compile(r"(?<=\S)\s+(?=\S)")
_RUN = re.compile(r"\S+")
_SIGNS = (",", ".", "..", "...", "!", "!!", "?", ";", ":", " -", " ,", " .")
_ENDING = re.compile(r"(?<=\w)[.,;:!?]+$")


def gaps(filler: str) -> Edits:
    """Some gaps between words, each with one to three of `filler` more (a space), or in its place (any other)."""

    def change(gap: re.Match[str], random: Random) -> str:
        added = filler * random.randint(1, 3)
        return gap[0] + added if filler == " " else added

    return some_matches(_GAP, change, _GAPS_SHARE)


def joined(text: str, random: Random, _: Set[str]) -> Iterable[Edit]:
    """Some gaps are missing; the words on both sides are one change."""
    runs = list(_RUN.finditer(text))
    closed = set(some(range(1, len(runs)), _JOINED_SHARE, random))
    begins = [place for place in range(len(runs)) if place not in closed]
    for begin, after in pairwise((*begins, len(runs))):
        yield runs[begin].start(), runs[after - 1].end(), "".join(run[0] for run in runs[begin:after])


def _punctuated(run: re.Match[str], random: Random) -> str:
    """Punctuation at the end is lost or doubled; where there is none, some appears."""
    ending = _ENDING.search(run[0])
    if not ending:
        return run[0] + random.choice(_SIGNS)
    return run[0][: ending.start()] + random.choice(("", ending[0] * 2))


punctuation = some_matches(_RUN, _punctuated, _PUNCTUATED_SHARE)
