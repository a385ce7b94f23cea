"""Disguised words of a text: where they stand, what they say in plain letters, and whether that was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import NamedTuple

import yaml

from comity.content.offsets import Normalised
from comity.detect.decoder import LONGEST, Decoder, Reading, packaged

MOST_READ = 2_000
"""Code points of different pieces that are read in one text, those with signs before those of letters alone. Of a text
with more that is no word, the rest is left as it is.
"""

_TOKEN = re.compile(r"\S+")
_EDGES = ".,;:!?…\"“”„'‘’`"
_BRACKETS = _EDGES + "<>()[]{}*_~=#-\\/^+"
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_USUAL_BETWEEN = frozenset("-/'’.,:;&+_…()\"“”!?*[]")
_POSSESSIVE = re.compile("['’]s$", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{1,4}-?\d+|\d+[A-Z]{1,3}|[a-z]{2,3}\d|--?\w+")
_ADDRESS = re.compile(
    r"\w+://|www\.|@\w|@~|[ru]/\w|\S+@\w+\.\w|[A-Za-z]:\\|[\w.~-]{2,}[/\\][\w.~-]{2,}[/\\]"
    r"|[\w.-]+\.(?:com|org|net|edu|gov|info|io|uk|de|co|html?|php|txt|pdf|jpe?g|png|gif|py|js)\b"
)
_STROKES = re.compile(r"[|\\\[\]{}<>@!&_^~]")
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_SPELT = 3
_MOST_FRAGMENTS = 5
_FRAGMENT = 2


@dataclass(frozen=True, slots=True)
class Disguise:
    """Code points `start` to `end` (half-open) of the ORIGINAL text say `plain`, in small letters.

    `score` is the probability, in [0, 1], that they were written so on purpose and mean that.
    """

    start: int
    end: int
    plain: str
    score: float


class Candidate(NamedTuple):
    """A piece that may be a disguise: `start` to `end` of the canonical text, what is written there, its likeliest
    readings, and the features that decide.
    """

    start: int
    end: int
    written: str
    reading: Reading
    features: Mapping[str, float]


class _Piece(NamedTuple):
    start: int
    end: int
    written: str
    several: bool


def disguises(original: str, text: Normalised, *, least: float) -> list[Disguise]:
    """The disguised words with a score of `least` or more, in order, none over another.

    `text` is the canonical form of `original`.
    """
    return decided(text, candidates(original, text, packaged()), weights(), least)


def decided(
    text: Normalised, found: Sequence[Candidate], weights: Mapping[str, float], least: float
) -> list[Disguise]:
    """The likeliest of `found` that do not overlap."""
    scored = sorted(((probability(one.features, weights), one) for one in found), key=lambda pair: -pair[0])
    taken: list[Disguise] = []
    used: set[int] = set()
    for score, one in scored:
        places = range(one.start, one.end)
        if score < least or not used.isdisjoint(places):
            continue
        used.update(places)
        taken.append(Disguise(*text.original(one.start, one.end), one.reading.text, score))
    return sorted(taken, key=lambda disguise: disguise.start)


def probability(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + exp(-max(-50.0, min(50.0, total))))


def candidates(original: str, text: Normalised, decoder: Decoder) -> list[Candidate]:
    """All pieces of a canonical text that could be read as another word."""
    tokens = [_cored(match) for match in _TOKEN.finditer(text.text)]
    plain = [_is_plain(core, decoder) for _, _, core in tokens]
    found: list[Candidate] = []
    read: dict[tuple[str, bool], list[Reading]] = {}
    left = MOST_READ
    for piece in sorted(_pieces(text.text, tokens, plain), key=_of_letters_alone):
        key = piece.written, piece.several
        if key not in read:
            left -= len(piece.written)
            if left < 0:
                break
            read[key] = decoder.read(piece.written, several=piece.several)
        readings = read[key]
        if readings and (piece.several or readings[0].text != piece.written.lower()):
            found.append(_candidate(original, text, piece, readings, decoder))
    found += _undone(original, text, tokens, plain, decoder)
    return found


def _cored(match: re.Match[str]) -> tuple[int, int, str]:
    """Start, end and text of a token without the punctuation around it."""
    start, token = match.start(), match[0]
    core = token.strip(_EDGES)
    start += token.find(core) if core else 0
    return start, start + len(core), core


def _is_plain(core: str, decoder: Decoder) -> bool:
    """Whether there is nothing to read in it: known words, numbers, addresses, names of people and of things."""
    if len(core) > LONGEST or decoder.knows(core.strip(_BRACKETS).lower().replace("’", "'")):
        return True
    if not any(char.isalpha() for char in core) and (
        _is_figure(core) or len(core) <= _SPELT or len(set(core)) < _SPELT
    ):
        return True
    if _ADDRESS.match(core) or _CODE.fullmatch(core) or _is_foreign(core):
        return True
    parts = [_POSSESSIVE.sub("", part) for part in _WORDS.findall(core)]
    between = set(_WORDS.sub("", core))
    if (
        between == {"-"}
        and len(parts) == 2
        and any(len(part) > _SPELT and decoder.knows(part.lower()) for part in parts)
    ):
        return True
    return (
        bool(parts)
        and between <= _USUAL_BETWEEN
        and all(len(part) > 1 and decoder.knows(part.lower().replace("’", "'")) for part in parts)
    )


def _is_foreign(core: str) -> bool:
    """Whether its letters are all of one writing system that is not Latin: a word of another language."""
    scripts = {_script(char) for char in core if char.isalpha()}
    return len(scripts) == 1 and "LATIN" not in scripts


@cache
def _script(char: str) -> str:
    first = unicodedata.name(char, "").split(" ")[0]
    return "CJK" if first in _EAST_ASIAN else first


def _is_figure(core: str) -> bool:
    digits = sum(map(str.isdigit, core))
    return digits * 2 >= len(core) and not _STROKES.search(core)


def _pieces(text: str, tokens: Sequence[tuple[int, int, str]], plain: Sequence[bool]) -> Iterator[_Piece]:
    """Tokens that are not plain, letters written apart, and words that came apart."""
    for (start, end, core), is_plain in zip(tokens, plain, strict=True):
        if not is_plain and len(core) >= _SPELT:
            yield _Piece(start, end, core, several=False)
    yield from _spelt_out(tokens)
    yield from _broken(text, tokens, plain)


def _of_letters_alone(piece: _Piece) -> bool:
    return piece.written.isalpha() and not piece.several


def _spelt_out(tokens: Sequence[tuple[int, int, str]]) -> Iterator[_Piece]:
    """Runs of single characters, from the first letter or digit to the last."""
    run: list[tuple[int, int, str]] = []
    for token in (*tokens, (0, 0, "")):
        if len(token[2]) == 1:
            if run or token[2].isalnum():
                run.append(token)
            continue
        while run and not run[-1][2].isalnum():
            run.pop()
        written = "".join(core for _, _, core in run)
        if len(written) <= LONGEST and sum(map(str.isalpha, written)) >= _SPELT:
            yield _Piece(run[0][0], run[-1][1], written, several=True)
        run = []


def _broken(text: str, tokens: Sequence[tuple[int, int, str]], plain: Sequence[bool]) -> Iterator[_Piece]:
    """Runs of a few fragments, as in `id- io. t`: unknown, short, or ended by a sign that ends no sentence."""
    fragment = [
        bool(signs := sum(map(str.isalnum, core))) and (not is_plain or signs <= _FRAGMENT)
        for (_, _, core), is_plain in zip(tokens, plain, strict=True)
    ]
    run: list[int] = []
    for place in range(len(tokens) + 1):
        if place < len(tokens) and fragment[place] and len(run) < _MOST_FRAGMENTS:
            run.append(place)
            continue
        while run and plain[run[0]] and not _is_cut(text, tokens, run[0]):
            del run[0]
        while len(run) > 1 and plain[run[-1]] and not _is_cut(text, tokens, run[-2]):
            del run[-1]
        if len(run) > 1 and any(_is_cut(text, tokens, one) for one in run[:-1]):
            start, end = tokens[run[0]][0], tokens[run[-1]][1]
            written = "".join(text[start:end].split())
            if len(written) <= LONGEST and sum(map(str.isalpha, written)) >= _SPELT:
                yield _Piece(start, end, written, several=False)
        run = [place] if place < len(tokens) and fragment[place] else []


def _is_cut(text: str, tokens: Sequence[tuple[int, int, str]], place: int) -> bool:
    """Whether a sign stands right behind a token, or in it at its end."""
    end = tokens[place][1]
    return not text[end - 1 : end].isalnum() or not text[end : end + 1].isspace()


def _candidate(
    original: str,
    text: Normalised,
    piece: _Piece,
    readings: Sequence[Reading],
    decoder: Decoder,
) -> Candidate:
    best = readings[0]
    margin = readings[1].total - best.total if len(readings) > 1 else 10.0
    written = piece.written
    letters = len(best.text.replace(" ", ""))
    shown = text.text[piece.start : piece.end]
    strange = sum(not (char.isascii() and char.isalnum()) for char in shown) / len(shown)
    only_letters = _of_letters_alone(piece)
    features = {
        "bias": 1.0,
        "cost": min(best.cost, 20.0),
        "cost a letter": min(best.cost / letters, 3.0),
        "prior": best.prior,
        "letters": min(letters, 10),
        "short": float(letters <= 3),
        "margin": min(margin, 8.0),
        "only letters": float(only_letters),
        "capital first": float(written[0].isupper() and not written.isupper()),
        "capitals": float(written.isupper()),
        "digit": float(any(char.isdigit() for char in written)),
        "digits at the end only": float(written.rstrip("0123456789").isalpha() and written[-1].isdigit()),
        "underscore": float("_" in written),
        "hash": float(written[0] == "#"),
        "apart": float(piece.end - piece.start > len(written)),
        "undone": _undone_share(original, text, piece.start, piece.end),
        "strange": strange,
        "cost a letter, strange": min(best.cost / letters, 3.0) * strange,
        "listed": float(decoder.lists(best.text)),
        "listed, only letters": float(decoder.lists(best.text) and only_letters),
    }
    return Candidate(piece.start, piece.end, written, best, features)


def _undone(
    original: str,
    text: Normalised,
    tokens: Sequence[tuple[int, int, str]],
    plain: Sequence[bool],
    decoder: Decoder,
) -> Iterator[Candidate]:
    """Known words that stand in plain letters only in the canonical text."""
    if isinstance(text.starts, range):
        return
    for (start, end, core), is_plain in zip(tokens, plain, strict=True):
        if (
            is_plain
            and core.isalpha()
            and len(core) > 2
            and (share := _undone_share(original, text, start, end))
        ):
            word = core.lower()
            reading = Reading(word, 0.0, decoder.costs.get(word, 0.0))
            yield Candidate(start, end, core, reading, {"undone only": 1.0, "undone only share": share})


def _undone_share(original: str, text: Normalised, start: int, end: int) -> float:
    """The share of code points that the normaliser changed, up to their case, or before which something went."""
    if isinstance(text.starts, range) or start == end:
        return 0.0
    changed = gaps = 0
    for place in range(start, end):
        begin, stop = text.starts[place], text.ends[place]
        changed += original[begin:stop].lower() != text.text[place].lower()
        gaps += place > start and begin > text.ends[place - 1]
    return min(1.0, (changed + gaps) / (end - start))


@cache
def weights() -> dict[str, float]:
    document = yaml.safe_load(files("comity.detect").joinpath("data/camouflage.yaml").read_text("utf-8"))
    return dict(document["weights"])
