"""What all generators do with letters: draw a share of them, replace them by a table, keep their case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import TypeVar

from comity.content.characters import marks

T = TypeVar("T")


def rows(table: str) -> dict[str, tuple[str, ...]]:
    """A table written as text, a key and its values a line."""
    lines = (line.split() for line in table.strip().splitlines())
    return {key: tuple(values) for key, *values in lines}


def some(things: Sequence[T], share: float, random: Random) -> list[T]:
    """A random `share` (0 to 1) of `things`, in their order, at least one where there is one."""
    count = min(len(things), max(1, round(share * len(things))))
    return [things[place] for place in sorted(random.sample(range(len(things)), count))]


def substitute(word: str, table: Mapping[str, Sequence[str]], share: float, random: Random) -> str:
    """A `share` of the letters in `table` replaced by one of their entries; upper case falls back to lower."""
    keys = [letter if letter in table else letter.lower() for letter in word]
    chosen = set(some([place for place, key in enumerate(keys) if key in table], share, random))
    return "".join(
        random.choice(table[key]) if place in chosen else letter
        for place, (key, letter) in enumerate(zip(keys, word, strict=True))
    )


def clusters(word: str) -> list[str]:
    """The letters of a word, each with the marks that stand on it."""
    return _cluster().findall(word)


@cache
def _cluster() -> re.Pattern[str]:
    return re.compile(f"[^{marks()}]?[{marks()}]+|[^{marks()}]", re.DOTALL)


def in_case_of(word: str, part: str, new: str) -> str:
    """`new`, to stand for `part` of `word`: in capitals if the word is, with a first capital if the part has one."""
    if word.isupper() and len(word) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if part[:1].isupper() else new
