"""What is put between the letters of a word or upon them.

One separator throughout (`i.d.i.o.t`), characters without width and stacked marks are what the normaliser is written to
undo. Independent of it are `mixed_separators` (another one at each gap, and not at all of them) and `emoji_between`.
"""

from __future__ import annotations

from random import Random

from comity.evaluate.perturb.letters import clusters, some
from comity.evaluate.perturb.words import Disguise

_SEPARATORS = (*".-_*~|/,:;'·•+=^\\", "..", "--", "- ", ". ", "__", "()", "''")
_MIXED_SHARE = 0.6

_NO_WIDTH = (
    "\u200b\u200c\u200d\u2060\ufeff"  # zero-width space, joiners, word joiner, byte order mark
    "\u00ad\u034f\u180e\u2062\u2063\u2064"  # soft hyphen, grapheme joiner, Mongolian and mathematical separators
    "\u200e\u202c\u2069\ufe0e\U000e0020"  # ends of directions, a variation selector, a tag
)
_NO_WIDTH_SHARE = 0.5

_MARKS = (
    "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0311\u0315\u0323\u0327\u0328\u032d\u0330\u0331\u0332\u0333"
    "\u0334\u0335\u0336\u0337\u0338\u033f\u0346\u034a\u0353\u035c\u0360\u0361\u0483\u0489\u1ab0\u1dc4\u20d0\u20e3"
)
_MARKED_SHARE = 0.5
_MOST_MARKS = 3

_EMOJI = ("👏", "✨", "🔥", "💥", "🌸", "⭐", "💙", "🙂", "🎉", "🍀", "❄️", "👀")


def separator(sign: str) -> Disguise:
    def disguise(word: str, _: Random) -> str:
        return sign.join(clusters(word))

    return disguise


def mixed_separators(word: str, random: Random) -> str:
    return _inserted(word, _SEPARATORS, _MIXED_SHARE, random)


def zero_width(word: str, random: Random) -> str:
    return _inserted(word, _NO_WIDTH, _NO_WIDTH_SHARE, random)


def emoji_between(word: str, random: Random) -> str:
    """One emoji at every gap, in half of the cases around the word too."""
    emoji = random.choice(_EMOJI)
    parts = clusters(word)
    return emoji.join(["", *parts, ""] if random.random() < 0.5 else parts)


def marked(word: str, random: Random) -> str:
    """One to three marks on half of the letters: a light form of what is called zalgo."""
    parts = clusters(word)
    for place in some(range(len(parts)), _MARKED_SHARE, random):
        parts[place] += "".join(random.choices(_MARKS, k=random.randint(1, _MOST_MARKS)))
    return "".join(parts)


def _inserted(word: str, signs: str | tuple[str, ...], share: float, random: Random) -> str:
    parts = clusters(word)
    for place in some(range(len(parts) - 1), share, random):
        parts[place] += random.choice(signs)
    return "".join(parts)
