"""Which word a disguised piece of text stands for: a noisy channel over a list of English words.

`P(word | written) ~ P(word) * P(written | word)`. The channel knows signs that look like letters, letters typed again,
signs put between letters, signs in place of letters, spellings by sound, letters in another order, and a slip or two.
Simulated and detected with trained models in "Countering Malicious Content Moderation Evasion in Online Social
Networks: Simulation and Detection of Word Camouflage" (2022); searched for here, in a trie, with a beam.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cache
from heapq import nsmallest
from importlib.resources import files
from math import inf, log
from typing import NamedTuple, TypeAlias

from comity.detect.lexicon_file import ANY_LANGUAGE, packaged_rows

LONGEST = 64
"""Code points of a piece; no word is written longer than that in a way that people still read."""

_BEAM = 40
_BEAM_OF_SEVERAL = 80
_BUDGET, _BUDGET_A_LETTER = 4.0, 2.2  # a reading whose channel costs more is no reading
_MOST_SLIPS = 1
_SOUND_COST, _AGAIN_COST, _SLIP_COST, _SPACE_COST = 2.0, 0.6, 4.5, 1.5
_CLASSIC = dict(zip("0134579@$!+|(8€£2", "oieastgasitlcbelz", strict=True))
_CLASSIC_LETTERS = str.maketrans(_CLASSIC)
_CLASSIC_COST = 0.7
_LOOK_COST, _LOOK_RATE, _CLOSEST = 0.7, 4.0, 0.95
_NAMED_COST = 1.8
_NAMELESS = frozenset({"sign", "with", "of", "and", "black", "white", "heavy", "symbol", "for", "face"})
_ASCII_WORD = re.compile("[a-z]+")
_CLOSED = re.compile("e([flmnrs])$")
_ONSET = re.compile("[bcdfghjklmnpqrstvwxz]+|y[aeu]")
_ACCENT_COST = 0.5
_SEPARATOR_COST, _SAME_SEPARATOR_COST, _STRAY_COST = 1.0, 0.4, 2.4
_MASK_COSTS = {"*": 0.7, "#": 1.5, "_": 1.5, "?": 1.5, "-": 2.0}
_HIDDEN_COST, _HIDDEN_RUN_COSTS = 2.4, {2: 3.0, 3: 3.2, 4: 3.8}
_HIDDEN_IN = 14  # states of a beam that are followed where any letter may stand
_UNLISTED = 8.0
_FEWEST_PARTS = 3
_TEMPER, _LISTED = 0.5, 2.5
_SHORTEST_REORDERED = 3
_ORDER_COSTS = {"reversed": 3.5, "swapped": 3.5, "turned": 5.0}
_ORDER_RATE, _ORDER_LEAST = 0.4, 1.0  # the longer a word, the less its letters fall into place by chance

# English sounds and other ways to write them; each row holds spellings that may stand for one another.
_SOUNDS = """
f ph ff | k c ck q kk ch | s c ss z | z s zz | x ks cks | qu kw q | j g dg dge | sh sch ti ci | ch tch tsh | t tt d ed
d th | v f | w wh | r wr rr | n kn nn | l ll le el | m mm | b bb | p pp | g gg | i y e ee | ee ea ie i y | oo u ew ou
o oh ow oa | a ah er u | ay ai ei a | ou ow | u uh o | e eh a | igh y i ie | aw au o or | er or ur a uh | tion shun
ing in een | ough uff off | ed d t | es s z | th d f
"""


@dataclass(slots=True)
class _Node:
    """`nearest` is the least cost of a word at or below it; `word` is None where no word ends."""

    children: dict[str, _Node] = field(default_factory=dict)
    word: str | None = None
    cost: float = inf
    nearest: float = inf


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is the plain word, or words. `cost` is that of the channel, `prior` that of the words, both in nats."""

    text: str
    cost: float
    prior: float

    @property
    def total(self) -> float:
        return self.cost + self.prior


class _State(NamedTuple):
    """A partial reading: its cost, and the words that are complete."""

    cost: float
    prior: float
    words: str


_Beam: TypeAlias = dict[tuple[int, int, str], tuple[_Node, _State]]


class _Place(NamedTuple):
    """What may happen at `place` of the piece `small`, whatever was read before. `ways`: how many code points, which
    letters they stand for, at what cost; `hidden`: how many may stand for any one letter, at what cost.
    """

    small: str
    place: int
    ways: list[tuple[int, str, float]]
    between: float | None
    hidden: list[tuple[int, float]]
    several: bool


class Decoder:
    """Reads pieces of text as words. Safe to share between threads.

    `costs` maps each word to its negative log probability.
    """

    def __init__(
        self,
        costs: Mapping[str, float],
        looks: Mapping[str, Mapping[str, float]],
        listed: Set[str] = frozenset(),
    ) -> None:
        self.costs = costs
        self._listed = listed
        self._looks = looks
        self._longest_look = max(map(len, looks))
        self._sounds = _sounds()
        self._root = _trie(costs)
        self._of_letters: defaultdict[str, list[str]] = defaultdict(list)
        for word in costs:
            if len(word) >= _SHORTEST_REORDERED:
                self._of_letters["".join(sorted(word))].append(word)

    def knows(self, word: str) -> bool:
        return word in self.costs

    def lists(self, text: str) -> bool:
        """Whether one of its words is a listed one."""
        return not self._listed.isdisjoint(text.split())

    def read(self, piece: str, *, several: bool = False, most: int = 2) -> list[Reading]:
        """The `most` likeliest readings of `piece`, best first; none for one longer than LONGEST.

        several: it may be several words run together.
        """
        if not 0 < len(piece) <= LONGEST:
            return []
        found: dict[str, Reading] = {}
        letters, gaps = _parted(piece)
        parting = _SAME_SEPARATOR_COST * gaps
        for reading in self._readings(letters, several):
            _keep(found, replace(reading, cost=reading.cost + parting))
        if gaps and piece[1] in _MASK_COSTS:
            for reading in self._readings(piece, several):
                _keep(found, reading)
        elif gaps and letters.isascii() and letters.isalpha():
            word = letters.lower()
            _keep(found, Reading(word, parting, self.costs.get(word, _UNLISTED)))
        return nsmallest(most, found.values(), key=lambda reading: reading.total)

    def _readings(self, piece: str, several: bool) -> Iterator[Reading]:
        yield from self._reordered(piece.lower())
        yield from self._searched(piece, several)

    def _reordered(self, piece: str) -> Iterator[Reading]:
        if len(piece) < _SHORTEST_REORDERED or not piece.isalpha():
            return
        for word in self._of_letters.get("".join(sorted(piece)), ()):
            order = _order(piece, word)
            if (
                word != piece
                and order is not None
                and (order == "reversed" or len(piece) > _SHORTEST_REORDERED)
            ):
                cost = max(
                    _ORDER_LEAST, _ORDER_COSTS[order] - _ORDER_RATE * (len(word) - _SHORTEST_REORDERED)
                )
                yield Reading(word, cost, self.costs[word])

    def _searched(self, piece: str, several: bool) -> list[Reading]:
        widest = _BEAM_OF_SEVERAL if several else _BEAM
        dearest = _BUDGET + _BUDGET_A_LETTER * len(piece)
        small = _small(piece)
        beams: list[_Beam] = [{} for _ in range(len(piece) + 1)]
        beams[0][id(self._root), 0, ""] = self._root, _State(0.0, 0.0, "")
        for place in range(len(piece)):
            here = _Place(
                small,
                place,
                self._ways(piece, small, place),
                _between(small, place),
                _hidden(small, place),
                several,
            )
            best = nsmallest(widest, beams[place].items(), key=lambda entry: _rank(entry[1]))
            for number, ((_, slips, _), (node, state)) in enumerate(best):
                if state.cost <= dearest:
                    self._extend(beams, here, node, state, slips, follow_hidden=number < _HIDDEN_IN)
        readings = []
        for node, state in beams[-1].values():
            if node.word is not None:
                text = f"{state.words} {node.word}" if state.words else node.word
                readings.append(Reading(text, state.cost, state.prior + node.cost))
        return readings

    def _extend(
        self, beams: list[_Beam], here: _Place, node: _Node, state: _State, slips: int, *, follow_hidden: bool
    ) -> None:
        def put(at: int, target: _Node, cost: float, slips: int = slips) -> None:
            key = id(target), slips, state.words
            known = beams[at].get(key)
            if known is None or state.cost + cost + state.prior < known[1].cost + known[1].prior:
                beams[at][key] = target, _State(state.cost + cost, state.prior, state.words)

        small, place = here.small, here.place
        char = small[place]
        for length, letters, cost in here.ways:
            target: _Node | None = node
            for letter in letters:
                target = target.children.get(letter) if target else None
            if target is not None:
                put(place + length, target, cost)
        if here.between is not None:
            put(place + 1, node, here.between)
        if follow_hidden:
            for length, cost in here.hidden:
                for child in node.children.values():
                    put(place + length, child, cost)
        if char.isalpha() and place and char == small[place - 1]:
            put(place + 1, node, _AGAIN_COST)
        if slips < _MOST_SLIPS and char.isalpha() and not here.several:
            put(place + 1, node, _SLIP_COST, slips + 1)
            for letter, child in node.children.items():
                put(place + 1, child, _SLIP_COST, slips + 1)
                after = child.children.get(char)
                if after is not None:
                    put(place + 1, after, _SLIP_COST, slips + 1)
                    if small[place + 1 : place + 2] == letter:
                        put(place + 2, after, _SLIP_COST, slips + 1)
        if here.several and node.word is not None:
            words = f"{state.words} {node.word}" if state.words else node.word
            restart = _State(state.cost + _SPACE_COST, state.prior + node.cost, words)
            if (id(self._root), slips, words) not in beams[place]:
                beams[place][id(self._root), slips, words] = self._root, restart
                self._extend(beams, here, self._root, restart, slips, follow_hidden=follow_hidden)

    def _ways(self, piece: str, small: str, place: int) -> list[tuple[int, str, float]]:
        """What the code points from `place` on may stand for: how many of them, which letters, at what cost."""
        char = small[place]
        ways: list[tuple[int, str, float]] = []
        if char.isascii() and (char.isalpha() or char == "'"):
            ways.append((1, char, 0.0))
        for length in range(1, min(self._longest_look, len(piece) - place) + 1):
            written = small[place : place + length]
            for shape in dict.fromkeys((piece[place : place + length], written)):
                ways += ((length, letter, cost) for letter, cost in self._looks.get(shape, {}).items())
            sound = written.translate(_CLASSIC_LETTERS)
            ways += ((length, letters, _SOUND_COST) for letters in self._sounds.get(sound, ()))
        if not char.isascii():
            base = unicodedata.normalize("NFD", char)[0]
            if base.isascii() and base.isalpha():
                ways.append((1, base, _ACCENT_COST))
            else:
                ways += ((1, sound, _NAMED_COST) for sound in _sounded(char))
        return ways


@cache
def packaged() -> Decoder:
    """On the packaged words and look-alikes. The words of the packaged English word list count as written more often
    than they are: they are what people disguise.
    """
    counts: dict[str, float] = {}
    for power, words in _rows("words.tsv"):
        counts.update(dict.fromkeys(words.split(), 2.0 ** int(power)))
    total = sum(counts.values())
    listed = {entry.term.lower() for entry in packaged_rows().entries if entry.lang in ("en", ANY_LANGUAGE)}
    costs = {
        word: _TEMPER * log(total / count) - _LISTED * (word in listed) for word, count in counts.items()
    }
    looks: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows("lookalike_signs.tsv"):
        letter, likeness, texts = row
        cost = _LOOK_COST + _LOOK_RATE * max(0.0, _CLOSEST - int(likeness) / 100)
        for text in texts.split(" "):
            looks[text][letter] = cost
    for sign, letter in _CLASSIC.items():
        looks[sign][letter] = _CLASSIC_COST
    return Decoder(costs, looks, listed)


def _rows(name: str) -> Iterator[list[str]]:
    for line in files("comity.detect").joinpath(f"data/{name}").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def _trie(costs: Mapping[str, float]) -> _Node:
    root = _Node()
    for word, cost in costs.items():
        node = root
        node.nearest = min(node.nearest, cost)
        for letter in word:
            node = node.children.setdefault(letter, _Node())
            node.nearest = min(node.nearest, cost)
        node.word, node.cost = word, cost
    return root


def _small(piece: str) -> str:
    """In small letters, code point by code point."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in piece)


def _keep(found: dict[str, Reading], reading: Reading) -> None:
    if reading.text not in found or reading.total < found[reading.text].total:
        found[reading.text] = reading


def _parted(piece: str) -> tuple[str, int]:
    """A piece without the sign that stands between all its letters, and how often it stands there."""
    sign = piece[1:2]
    parts = piece.split(sign) if sign and not sign.isalnum() else []
    if len(parts) >= _FEWEST_PARTS and all(len(part) == 1 for part in parts):
        return "".join(parts), len(parts) - 1
    return piece, 0


def _between(small: str, place: int) -> float | None:
    """The cost of a sign that stands between letters and for none; None for a letter or digit."""
    char = small[place]
    if char.isalnum():
        return None
    if place and small[place - 1] == char and char not in _MASK_COSTS:
        return _SAME_SEPARATOR_COST
    after = small[place + 1 :].lstrip(char)[:1]
    alone = (not place or small[place - 1].isalnum()) and (after.isalnum() or not (after or char.isascii()))
    if not alone or char == "*":
        return _STRAY_COST
    return _SAME_SEPARATOR_COST if small.count(char) > 1 else _SEPARATOR_COST


def _hidden(small: str, place: int) -> list[tuple[int, float]]:
    char = small[place]
    if char.isalnum() and char.isascii():
        return []
    found = [(1, _MASK_COSTS.get(char, _HIDDEN_COST))]
    for length, cost in _HIDDEN_RUN_COSTS.items():
        run = small[place : place + length]
        if (
            len(run) == length
            and run.isascii()
            and not any(sign.isalnum() for sign in run)
            and "*" not in run
        ):
            found.append((length, cost))
    return found


def _rank(entry: tuple[_Node, _State]) -> float:
    node, state = entry
    return state.cost + state.prior + node.nearest


def _sounds() -> dict[str, tuple[str, ...]]:
    """Spelling to the spellings that it may stand for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in re.split(r"[|\n]", _SOUNDS):
        spellings = row.split()
        for written in spellings:
            found[written].update(meant for meant in spellings if meant != written)
    return {written: tuple(sorted(meant)) for written, meant in found.items()}


@cache
def _sounded(char: str) -> tuple[str, ...]:
    """What a character stands for by its Unicode name: the sound of a letter (Cyrillic sha: `s`, `sh`; ef: `f`), the
    first letters of a picture's words (a palm tree: `p`, `t`).
    """
    name = unicodedata.name(char, "").lower()
    _, is_letter, letter = name.partition(" letter ")
    if is_letter:
        sound = letter.split()[0]
        closed = _CLOSED.match(sound)
        onset = _ONSET.match(sound)
        return tuple(dict.fromkeys(filter(None, (sound[0], closed and closed[1], onset and onset[0]))))
    words = set(_ASCII_WORD.findall(name)) - _NAMELESS
    return tuple(sorted({word[0] for word in words}))


def _order(piece: str, word: str) -> str | None:
    """How the letters of `word` were moved to make `piece`: read backwards, two neighbours swapped, or two runs."""
    if piece == word[::-1]:
        return "reversed"
    start = next(place for place in range(len(word)) if piece[place] != word[place]) if piece != word else 0
    end = len(word)
    while end > start and piece[end - 1] == word[end - 1]:
        end -= 1
    one, other = piece[start:end], word[start:end]
    if len(one) == 2:
        return "swapped"
    return "turned" if one in other + other else None
