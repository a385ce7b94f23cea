"""Slips of the fingers on a QWERTY keyboard. The normaliser undoes none of them."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from comity.evaluate.perturb.letters import clusters, in_case_of, substitute

_ROWS = ("qwertyuiop[", "asdfghjkl;", "zxcvbnm,")


def _neighbours() -> dict[str, str]:
    """Each letter's keys to the left and right, and the two that it touches in the rows above and below."""
    keys = {(row, column): key for row, line in enumerate(_ROWS) for column, key in enumerate(line)}
    touching = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0))
    return {
        key: "".join(
            keys[row + down, column + right]
            for down, right in touching
            if keys.get((row + down, column + right), "").isalpha()
        )
        for (row, column), key in keys.items()
        if key.isalpha()
    }


_NEIGHBOURS = _neighbours()
_HAND_RIGHT = {key: after for row in _ROWS for key, after in pairwise(row)}
_HAND_LEFT = {key: before for row in _ROWS for before, key in pairwise(row) if key.isalpha()}


def swapped(word: str, random: Random) -> str:
    """Two letters next to each other change places."""
    parts = clusters(word)
    places = [place for place in range(len(parts) - 1) if parts[place] != parts[place + 1]]
    if places:
        place = random.choice(places)
        parts[place : place + 2] = reversed(parts[place : place + 2])
    return "".join(parts)


def dropped(word: str, random: Random) -> str:
    """One letter is missing, never the first."""
    parts = clusters(word)
    if len(parts) > 1:
        del parts[random.randrange(1, len(parts))]
    return "".join(parts)


def doubled(word: str, random: Random) -> str:
    """One letter is typed twice."""
    parts = clusters(word)
    place = random.randrange(len(parts))
    parts[place] *= 2
    return "".join(parts)


def neighbour_key(word: str, random: Random) -> str:
    """One letter is missed by one key."""
    places = [place for place, letter in enumerate(word) if letter.lower() in _NEIGHBOURS]
    if not places:
        return word
    place = random.choice(places)
    hit = random.choice(_NEIGHBOURS[word[place].lower()])
    return word[:place] + in_case_of(word, word[place], hit) + word[place + 1 :]


def hand_shifted(word: str, random: Random) -> str:
    """A whole word typed with the hands one key too far to the right, or to the left."""
    return substitute(word, random.choice((_HAND_RIGHT, _HAND_LEFT)), 1.0, random)
