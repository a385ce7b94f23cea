"""Words turned round: read backwards, or with syllables that change places. The normaliser undoes neither."""

from __future__ import annotations

import re
from random import Random

from comity.evaluate.perturb.letters import clusters

_VOWELS = "aeiouyäöüàáâèéêëìíîòóôùúûаеёиоуыэюяіїє"
_SYLLABLE = re.compile(
    rf"[^{_VOWELS}]*[{_VOWELS}]+(?:[^{_VOWELS}]+$|[^{_VOWELS}](?=[^{_VOWELS}]))?", re.IGNORECASE | re.DOTALL
)
_VOWEL = re.compile(f"[{_VOWELS}]", re.IGNORECASE)
_ONSET = re.compile(f"[{_VOWELS}]+|[^{_VOWELS}]+", re.IGNORECASE)


def backwards(word: str, _: Random) -> str:
    return "".join(reversed(clusters(word)))


def syllables_swapped(word: str, random: Random) -> str:
    """Two syllables next to each other change places; one alone is cut after what it begins with.

    Syllables are guessed by vowels, which is enough for the purpose.
    """
    if not _VOWEL.search(word):
        return word
    syllables = _SYLLABLE.findall(word)
    if len(syllables) == 1:
        onset = _ONSET.match(word)
        return word[onset.end() :] + onset[0] if onset else word
    place = random.randrange(len(syllables) - 1)
    syllables[place : place + 2] = reversed(syllables[place : place + 2])
    return "".join(syllables)
