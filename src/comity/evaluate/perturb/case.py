"""Capitals and small letters. The skeleton makes all small; what models read keeps them."""

from __future__ import annotations

from random import Random


def upper(word: str, _: Random) -> str:
    return word.upper()


def lower(word: str, _: Random) -> str:
    return word.lower()


def at_random(word: str, random: Random) -> str:
    mixed = "".join(random.choice((letter.lower(), letter.upper())) for letter in word)
    return word.swapcase() if mixed == word else mixed


def alternating(word: str, _: Random) -> str:
    mixed = "".join(letter.upper() if place % 2 else letter.lower() for place, letter in enumerate(word))
    return word.swapcase() if mixed == word else mixed
