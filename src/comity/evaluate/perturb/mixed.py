"""Two or three camouflages, one upon the other."""

from __future__ import annotations

from collections.abc import Iterable, Set
from random import Random

from comity.evaluate.perturb import between, homoglyphs, spelling
from comity.evaluate.perturb.leet import leet
from comity.evaluate.perturb.perturbation import Edit
from comity.evaluate.perturb.words import Disguise, key_words

# In this order, since letters that are replaced or parted can't be respelt any more.
_STAGES: tuple[tuple[Disguise, ...], ...] = (
    (spelling.phonetic, spelling.stretched),
    (leet(1), leet(2), leet(3), homoglyphs.from_table, homoglyphs.foreign),
    (
        between.separator("."),
        between.separator("-"),
        between.mixed_separators,
        between.zero_width,
        between.marked,
    ),
)


def mixed(text: str, random: Random, targets: Set[str]) -> Iterable[Edit]:
    """The same two or three for all words of a text, as one author would do it."""
    stages = sorted(random.sample(range(len(_STAGES)), random.choice((2, 3))))
    chosen = [random.choice(_STAGES[stage]) for stage in stages]

    def disguise(word: str, random: Random) -> str:
        for method in chosen:
            word = method(word, random)
        return word

    return key_words(disguise)(text, random, targets)
