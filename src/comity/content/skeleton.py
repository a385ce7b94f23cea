"""The skeleton of a text: an aggressive view for matching words, never to be shown or given to a model."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import cast

from comity.content.characters import marks
from comity.content.item import Part
from comity.content.normalise import canonical
from comity.content.offsets import Normalised

_ROUNDS = 16  # a text can hide a word in a word at most about log3(length) times deep
_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
}
_JOINERS = re.compile("[\u200c\u200d\u0640]")  # with the Arabic stroke that only widens a word
_VOWEL_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]+")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")
_ANY_CASE = re.compile("[^\x00-\x7f]|[A-Z]+")
_AMPERSAND = re.compile("&")  # an entity must not arise when separated letters are joined
_LETTER_OR_STAND_IN = r"(?:[^\W_]|[@$!])"
_SPELT_OUT = re.compile(
    rf"(?<![\w@$!])({_LETTER_OR_STAND_IN})([ .\-_*~/|,·•]{{1,3}})({_LETTER_OR_STAND_IN})"
    rf"((?:\2{_LETTER_OR_STAND_IN})+)(?![\w@$])"
)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_LEET_TOKEN = re.compile(r"(?<![^\W_])(?<![@$!+|])(?=[a-z]*[0134579@$!+|])[a-z0-9@$!+|]+")
_LEET = str.maketrans("0134579@$!+|", "oieastgasitl")
_INNER_DIGITS = re.compile(r"(?<=[a-z@$!])[0134579]+(?=[a-z@$!])")
_SYMBOLS = re.compile(
    r"(?<![@$])[@$]+(?=[a-z0-9])|(?<=[a-z])[@$]+|(?<=[a-z0-9])[!|](?=[a-z0-9])|(?<=[a-z0-9]{2})\+(?!\+)"
)
_LEADING_DIGIT = re.compile(r"^[0134579](?=[a-z]{3})")
_TRAILING_DIGIT = re.compile(r"(?<=[a-z]{4})[013457]$")


def skeleton(text: str) -> Normalised:
    """`text` as a word list sees it: canonical, in lower case, and undone what hides a word.

    Undone are accents on Latin letters, digits and symbols that stand for letters (`h4te`, `@ss`; not `mp3`,
    `10am`, `h264`), separators between single letters (`i.d.i.o.t`), and letters typed three times or more
    (`idiooot`), which become one. A second application changes nothing.
    """
    result = _round(canonical(text))
    for _ in range(_ROUNDS):
        before = result.text
        again = canonical(before)
        result = _round(result if again.text == before else _composed(result, again))
        if result.text == before:
            break
    return result


def skeleton_of(part: Part) -> Normalised:
    """`skeleton` of a text part, computed once. Raises InputError for another kind of part."""
    if "skeleton" not in part._memo:
        part._memo["skeleton"] = skeleton(part.text)
    return cast(Normalised, part._memo["skeleton"])


def _composed(first: Normalised, second: Normalised) -> Normalised:
    """`second`, a rewriting of `first.text`, mapped to the original of `first`."""
    starts = [first.starts[start] for start in second.starts]
    ends = [first.ends[end - 1] for end in second.ends]
    return Normalised(second.text, first.original_length, starts, ends)


def _round(text: Normalised) -> Normalised:
    text = text.with_text(text.text.lower()) if text.text.isascii() else _fold(text)
    text = text.substitute(_AMPERSAND, lambda _: "\u204a")
    text = text.substitute(_SPELT_OUT, _joined)
    text = text.substitute(_LEET_TOKEN, lambda match: _plain(match[0]))
    return text.substitute(_STRETCHED, lambda match: match[1])


def _fold(text: Normalised) -> Normalised:
    text = text.substitute(_JOINERS, lambda _: "")
    text = text.substitute(_VOWEL_POINTS, lambda _: "")
    text = text.substitute(_REGIONAL, lambda match: chr(ord("a") + ord(match[0]) - 0x1F1E6))
    folded = text.text.casefold()
    if len(folded) == len(text.text):
        text = text.with_text(folded)
    else:
        text = text.substitute(_ANY_CASE, lambda match: match[0].casefold())
    return text.substitute(_latin(), lambda match: _without_accents(match[0]))


@cache
def _latin() -> re.Pattern[str]:
    """A Latin letter with an accent or with marks behind it."""
    return re.compile(f"[\u00df-\u024f\u1e00-\u1eff][{marks()}]*|(?<=[a-z])[{marks()}]+")


def _without_accents(letter: str) -> str:
    if letter[0] in _LETTERS:
        return _LETTERS[letter[0]]
    base = unicodedata.normalize("NFD", letter)[0]
    if unicodedata.combining(base) or unicodedata.category(base).startswith("M"):
        return ""
    return _LETTERS.get(base, base)


def _joined(match: re.Match[str]) -> str:
    units = match[1] + match[3] + match[4].replace(match[2], "")
    letters = sum(unit.isalpha() for unit in units)
    return units if letters * 2 > len(units) else match[0]


def _plain(token: str) -> str:
    """The token with stand-ins read as letters, unless it looks like a number, a price, a time or a model."""
    letters = sum(char.isalpha() for char in token)
    digits = sum(char.isdigit() for char in token)
    if digits >= letters + token.count("@") + token.count("$") or not letters:
        return token
    token = _SYMBOLS.sub(lambda match: match[0].translate(_LEET), token)
    token = _INNER_DIGITS.sub(lambda match: match[0].translate(_LEET), token)
    token = _LEADING_DIGIT.sub(lambda match: match[0].translate(_LEET), token)
    return _TRAILING_DIGIT.sub(lambda match: match[0].translate(_LEET), token)
