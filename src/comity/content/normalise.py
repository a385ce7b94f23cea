"""The canonical view of a text: what a reader sees, in plain characters, each traceable to the original.

entities ─▶ compatibility forms ─▶ invisible characters ─▶ joiners ─▶ styled letters ─▶ marks
         ─▶ confusables ─▶ white space          and once more from the start until nothing changes
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from html.entities import html5
from typing import cast

from comity.content.characters import EMOJI, INVISIBLE, JOINING, marks
from comity.content.confusables import map_confusables
from comity.content.flags import REGIONS
from comity.content.item import Part
from comity.content.offsets import Normalised

__all__ = ["Normalised", "canonical", "canonical_of"]

_ROUNDS = 8
_MARKS_READ = 30  # the Unicode stream-safe limit; sorting a longer run of marks takes quadratic time
_EXPANSION = 4  # one character that stands for a whole sentence stays, or a text could grow eighteen-fold
_MARKS_KEPT = 4  # no orthography stacks more on one letter
_MARKS_KEPT_ON_LATIN = 2

_UNCLEAN_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|&(?:#|\w+;)|[ \t\n]{2}")
_ENTITY = re.compile(
    r"&(?:(?:amp|#0*38|#[xX]0*26);)*(?:#[0-9]{1,12}|#[xX][0-9a-fA-F]{1,12}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_JOINER = re.compile("[\u200c\u200d]")
_EMOJI = re.compile(f"[{EMOJI}]")
_JOINING = re.compile(f"[{JOINING}]")
_STYLED = re.compile("[\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]+")
_BLANK = re.compile("[\u2800\u1680]")
_OVERLAY = "\u0334-\u0338\u20d0-\u20ff"
_WHITE_SPACE = re.compile(r"[ \t\n]{2,}")
_HANGUL_JAMO = "\u1160-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"


def canonical(text: str) -> Normalised:
    """`text` made safe for reading and for models. Accepts any str, lone surrogates too; takes linear time.

    Newline, tab and space stay, other controls go; NUL and lone surrogates become U+FFFD. A second
    application changes nothing.
    """
    result = Normalised.of(text)
    if text.isascii() and not _UNCLEAN_ASCII.search(text):
        return result
    for _ in range(_ROUNDS):
        before, result = result.text, _round(result)
        if result.text == before:
            return result
    # Only entities made out of entities can go on for so long. Break them, so that the rest comes to an end.
    result = result.substitute(_ENTITY, lambda match: match[0].replace("&", "\ufffd"))
    while (after := _round(result)).text != result.text:
        result = after.substitute(_ENTITY, lambda match: match[0].replace("&", "\ufffd"))
    return result


def canonical_of(part: Part) -> Normalised:
    """`canonical` of a text part, computed once. Raises InputError for another kind of part."""
    if "canonical" not in part._memo:
        part._memo["canonical"] = canonical(part.text)
    return cast(Normalised, part._memo["canonical"])


def _round(text: Normalised) -> Normalised:
    for needed, step in _STEPS:
        if needed(text.text):
            text = step(text)
    return text


def _decode_entities(text: Normalised) -> Normalised:
    return text.substitute(_ENTITY, _decoded)


def _decoded(match: re.Match[str]) -> str:
    entity = match[0]
    last = entity[entity.rindex(";", 0, -1) + 1 : -1] if entity.count(";") > 1 else entity[1:-1]
    if last.startswith("#"):
        return html.unescape(f"&{last};")
    return html5.get(f"{last};", entity)


@cache
def _clusters() -> re.Pattern[str]:
    """A character and all that may compose with it: marks, half-width voice marks, parts of Hangul."""
    tail = f"{marks()}{_HANGUL_JAMO}\uff9e\uff9f"
    return re.compile(f"(?:[\x00-\x7f](?=[{tail}])|[^\x00-\x7f])[{tail}]*")


@cache
def _towers() -> re.Pattern[str]:
    tail = f"{marks()}\uff9e\uff9f"
    return re.compile(f"([{tail}]{{{_MARKS_READ}}})[{tail}]+")


def _compose(text: Normalised) -> Normalised:
    text = text.substitute(_towers(), lambda match: match[1])
    if unicodedata.is_normalized("NFKC", text.text):
        return text
    return text.substitute(_clusters(), lambda match: _composed(match[0]))


def _composed(cluster: str) -> str:
    first = cluster[0]
    if "\u3131" <= first <= "\u318e" or "\uffa1" <= first <= "\uffdc":
        # Chat writes Korean letters one by one; NFKC would make another, rarer letter of each.
        return _wide(first) + unicodedata.normalize("NFC", cluster[1:])
    form = unicodedata.normalize("NFKC", cluster)
    if form.startswith(" ") and unicodedata.normalize("NFKC", first) != " ":
        return unicodedata.normalize("NFC", cluster)  # a free-standing accent, often typed for an apostrophe
    if len(form) > _EXPANSION * len(cluster):
        return unicodedata.normalize("NFC", cluster)
    return form


def _wide(jamo: str) -> str:
    narrow = unicodedata.decomposition(jamo) if jamo >= "\uffa1" else ""
    return chr(int(narrow.split()[1], 16)) if narrow else jamo


def _drop_joiners(text: Normalised) -> Normalised:
    whole = text.text

    def kept(match: re.Match[str]) -> str:
        before, after = whole[match.start() - 1 : match.start()], whole[match.end() : match.end() + 1]
        if _JOINING.match(before) and _JOINING.match(after):
            return match[0]
        return match[0] if match[0] == "\u200d" and _EMOJI.match(before) and _EMOJI.match(after) else ""

    return text.substitute(_JOINER, kept)


def _plain_style(text: Normalised) -> Normalised:
    text = text.substitute(_STYLED, lambda match: chr(ord("A") + (ord(match[0]) - 0x1F150) % 32))
    return text.substitute(_REGIONAL, lambda match: _flags_or_letters(match[0]))


def _flags_or_letters(run: str) -> str:
    letters = "".join(chr(ord("A") + ord(char) - 0x1F1E6) for char in run)
    flags = {letters[i : i + 2] for i in range(0, len(letters), 2)}
    return run if flags <= REGIONS else letters


@cache
def _stacks() -> re.Pattern[str]:
    return re.compile(f"([^{marks()}]?)([{marks()}]+)")


def _cap_marks(text: Normalised) -> Normalised:
    return text.substitute(_stacks(), lambda match: match[1] + _capped(match[1], match[2]))


def _capped(base: str, stack: str) -> str:
    stack = re.sub(f"[{_OVERLAY}]", "", stack)
    latin = "a" <= base.lower() < "\u0250"
    return "" if len(stack) > (_MARKS_KEPT_ON_LATIN if latin else _MARKS_KEPT) else stack


def _collapse(match: re.Match[str]) -> str:
    newlines = match[0].count("\n")
    return "\n" * min(newlines, 2) or " "


def _not_ascii(text: str) -> bool:
    return not text.isascii()


def _always(_: str) -> bool:
    return True


_STEPS: tuple[tuple[Callable[[str], bool], Callable[[Normalised], Normalised]], ...] = (
    (lambda text: "&" in text, _decode_entities),
    (_always, lambda text: text.substitute(_UNREADABLE, lambda _: "\ufffd")),
    (_always, lambda text: text.substitute(_LINE_ENDS, lambda _: "\n")),
    (_always, lambda text: text.substitute(_INVISIBLE, lambda _: "")),
    (_not_ascii, _compose),
    (_not_ascii, _drop_joiners),
    (_not_ascii, _plain_style),
    (_not_ascii, _cap_marks),
    (_not_ascii, map_confusables),
    (_not_ascii, lambda text: text.substitute(_BLANK, lambda _: " ")),
    (_always, lambda text: text.substitute(_WHITE_SPACE, _collapse)),
)
