"""Which words of a text are changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from functools import cache
from importlib.resources import files
from random import Random
from typing import TypeAlias

import yaml

from comity.content.characters import marks
from comity.evaluate.perturb.letters import some
from comity.evaluate.perturb.perturbation import Edit, Edits

Disguise: TypeAlias = Callable[[str, Random], str]
"""From a word to another writing of it; the same word where there is none."""

_KEY_SHARE = 0.5
_SHORTEST = 3  # letters; shorter words carry little, and are taken only where there are no others
_RARE, _EVERYDAY, _GRAMMAR = range(3)
_ENDING = re.compile("(?:e?s|e?d|ing|ly|er)$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def key_words(disguise: Disguise) -> Edits:
    """All of the targets or, in a text without any, half of its content words, each as `disguise` writes it.

    Taken first are rare words, then long ones: neither words of grammar nor everyday English. Those that `disguise`
    leaves alone do not count, the next ones are taken.
    """

    def edits(text: str, random: Random, targets: Set[str]) -> Iterator[Edit]:
        found = _words(text)
        wanted = [word for word in found if _plain(word[0]) in targets]
        if wanted:
            yield from _first(wanted, len(wanted), disguise, random)
            return
        long = [word for word in found if len(word[0]) >= _SHORTEST] or found
        ranks = {word[0]: _commonness(_plain(word[0])) for word in long}
        count = round(_KEY_SHARE * sum(ranks[word[0]] < _GRAMMAR for word in long))
        ranked = sorted(long, key=lambda word: (ranks[word[0]], -len(word[0])))
        yield from _first(ranked, max(1, count), disguise, random)

    return edits


def some_words(disguise: Disguise, share: float) -> Edits:
    """A random `share` (0 to 1) of all words, at least one that `disguise` can change. Targets play no part."""

    def edits(text: str, random: Random, _: Set[str]) -> Iterator[Edit]:
        found = _words(text)
        random.shuffle(found)
        yield from _first(found, max(1, round(share * len(found))), disguise, random)

    return edits


def some_matches(
    pattern: re.Pattern[str], change: Callable[[re.Match[str], Random], str], share: float
) -> Edits:
    """A random `share` (0 to 1) of what `pattern` finds, at least one, each as `change` writes it."""

    def edits(text: str, random: Random, _: Set[str]) -> Iterator[Edit]:
        for match in some(list(pattern.finditer(text)), share, random):
            yield match.start(), match.end(), change(match, random)

    return edits


def _first(words: list[re.Match[str]], count: int, disguise: Disguise, random: Random) -> Iterator[Edit]:
    for word in words:
        if not count:
            return
        new = disguise(word[0], random)
        if new != word[0]:
            count -= 1
            yield word.start(), word.end(), new


def _words(text: str) -> list[re.Match[str]]:
    addresses = {place for address in _ADDRESS.finditer(text) for place in range(*address.span())}
    return [word for word in _word().finditer(text) if word.start() not in addresses]


@cache
def _word() -> re.Pattern[str]:
    letter = r"[^\W\d_]"
    return re.compile(rf"{letter}(?:{letter}|[{marks()}]|['’](?={letter}))*")


def _commonness(word: str) -> int:
    common = _common()
    if word in common["grammar"]:
        return _GRAMMAR
    stem = _ENDING.sub("", word)
    return _EVERYDAY if common["everyday"] & {word, stem, stem + "e"} else _RARE


@cache
def _common() -> dict[str, frozenset[str]]:
    document = yaml.safe_load(
        files("comity.evaluate.perturb").joinpath("common_words.yaml").read_text("utf-8")
    )
    return {kind: frozenset(words.split()) for kind, words in document.items()}


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")
