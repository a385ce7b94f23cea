"""Word lists, matched in the skeleton of a text and shown in the original."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import Any

from comity.content.evidence import Span
from comity.content.item import Item, Part
from comity.content.skeleton import skeleton, skeleton_of
from comity.detect.detector import Tier
from comity.detect.lexicon_file import ANY_LANGUAGE, Entry, packaged_rows, read_rows
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.errors import InputError

__all__ = ["Entry", "Lexicon", "packaged"]

_MOST_DOUBLES = 3
_STRETCHED_FROM = 3  # as in the skeleton, which makes one letter of three or more
_WITHOUT_WORD_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which a term may stand in a skeleton. `entry` is None for a phrase that is allowed.

    At each offset in `stretched` the original must have a letter three times or more: `asssss` has the skeleton `as`.
    """

    entry: Entry | None
    length: int
    stretched: tuple[int, ...]
    open_start: bool
    open_end: bool
    prefix: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    entry: Entry
    start: int
    end: int


class Lexicon:
    """A detector for listed words.

    A term matches whole words; in scripts that don't part words (Chinese, Japanese, Thai, ...) it matches anywhere,
    in Korean at the beginning of a word. A final `*` lets any ending follow. A phrase in `allow` clears the terms
    inside it (`moby dick`). An entry applies in its own language, in `*` everywhere; if the item's language is not
    known, English entries apply.

    A list cannot clear a text of a category, so it abstains where it finds nothing; `exhaustive` are criteria that
    are defined by the list itself.

    Raises InputError for a term without a letter or digit.
    """

    modalities = frozenset({"text"})
    languages = None
    tier = Tier.EXACT

    def __init__(
        self,
        entries: Iterable[Entry],
        name: str = "lexicon.v1",
        *,
        allow: Iterable[str] = (),
        exhaustive: frozenset[str] = frozenset(),
    ) -> None:
        entries, allow = tuple(entries), tuple(allow)
        self.name = name
        self.criteria = frozenset(entry.criterion for entry in entries) | exhaustive
        self._judged = exhaustive
        self._signed = name if exhaustive else f"{name}@{_digest(entries, allow)}"
        forms = [form for entry in entries for form in _forms(entry.term, entry)]
        forms += [form for phrase in allow for form in _forms(phrase, None)]
        self._automaton = _automaton(forms)

    @classmethod
    def from_file(cls, path: str | Path, name: str = "lexicon.v1") -> Lexicon:
        """A list of your own: TSV or CSV in UTF-8, its header `term, criterion, severity, lang`.

        `criterion` is a category, or `allow` for a phrase that is fine; `severity` 1 to 3; `lang` ISO 639-1 or `*`.
        Lines that begin with `#` are comments. Raises InputError that lists every wrong row with its line.
        """
        rows = read_rows(Path(path).name, _text_of(Path(path)))
        return cls(rows.entries, name, allow=rows.allow)

    @classmethod
    def for_rule(cls, rule_id: str, terms: Iterable[str]) -> Lexicon:
        """The words of one policy rule: criterion `terms:<rule id>`, score 1, in every language, exhaustive."""
        criterion = f"terms:{rule_id}"
        entries = (Entry(term, criterion, None, ANY_LANGUAGE, 1.0) for term in terms)
        return cls(entries, criterion, exhaustive=frozenset({criterion}))

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        return [self._detect(item) for item in items]

    def _detect(self, item: Item) -> Outcome:
        if not item.text_parts:
            return Abstained("the item has no text")
        language = item.lang.partition("-")[0].lower() if item.lang else "en"
        found: dict[str, list[tuple[Entry, Span]]] = {}
        for part in item.text_parts:
            for hit in self._hits(part, language):
                span = Span(part.id, *skeleton_of(part).original(hit.start, hit.end))
                found.setdefault(hit.entry.criterion, []).append((hit.entry, span))
        if not found and not self._judged:
            return Abstained("no listed word found; a word list cannot clear a text")
        signals = (self._signal(criterion, hits) for criterion, hits in sorted(found.items()))
        return Signals(tuple(signals), self._judged)

    def _signal(self, criterion: str, hits: list[tuple[Entry, Span]]) -> Signal:
        severities = [entry.severity for entry, _ in hits if entry.severity is not None]
        return Signal(
            criterion,
            max(entry.score for entry, _ in hits),
            self._signed,
            max(severities, default=None),
            tuple(span for _, span in hits),
        )

    def _hits(self, part: Part, language: str) -> list[_Hit]:
        """The longest hits, of each criterion, that lie in no allowed phrase, in the order of the text."""
        view = skeleton_of(part)
        hits: list[_Hit] = []
        allowed: list[tuple[int, int]] = []
        for last, forms in self._automaton.iter(view.text) if self._automaton else ():
            for form in forms:
                start, end = last + 1 - form.length, last + 1
                if not _stands_alone(view.text, start, end, form):
                    continue
                if any(
                    view.ends[start + i] - view.starts[start + i] < _STRETCHED_FROM for i in form.stretched
                ):
                    continue
                if form.entry is None:
                    allowed.append((start, end))
                elif form.entry.lang in (ANY_LANGUAGE, language):
                    hits.append(_Hit(form.entry, start, _end_of_word(view.text, end) if form.prefix else end))
        return _longest(hits, allowed)


@cache
def packaged() -> Lexicon:
    """The list in the package; where its words are from and how precise it is stands in the head of its file."""
    rows = packaged_rows()
    return Lexicon(rows.entries, allow=rows.allow)


def _automaton(forms: Iterable[tuple[str, _Form]]) -> Any:
    """pyahocorasick's automaton from skeleton to forms, None for an empty list."""
    import ahocorasick

    table: dict[str, list[_Form]] = {}
    for key, form in forms:
        table.setdefault(key, []).append(form)
    if not table:
        return None
    automaton = ahocorasick.Automaton()
    for key, of_key in table.items():
        automaton.add_word(key, tuple(of_key))
    automaton.make_automaton()
    return automaton


def _forms(term: str, entry: Entry | None) -> Iterator[tuple[str, _Form]]:
    prefix = term.endswith("*") and entry is not None
    view = skeleton(term.removesuffix("*").strip() if prefix else term.strip())
    key = view.text
    if not any(char.isalnum() for char in key):
        raise InputError("a term has no letter or digit that could be matched", where=f"term `{term}`")
    stretched = {
        i for i in range(len(key)) if key[i].isalpha() and view.ends[i] - view.starts[i] >= _STRETCHED_FROM
    }
    doubles = [i for i in range(len(key) - 1) if key[i].isalpha() and key[i] == key[i + 1]][:_MOST_DOUBLES]
    for count in range(len(doubles) + 1):
        for collapsed in combinations(doubles, count):
            kept = [i for i in range(len(key)) if i not in collapsed]
            letters = "".join(key[i] for i in kept)
            long = tuple(new for new, old in enumerate(kept) if old in stretched or old - 1 in collapsed)
            open_start, open_end = (
                _joins_words(letters[0]),
                prefix or _joins_words(letters[-1], suffixes=True),
            )
            yield letters, _Form(entry, len(letters), long, open_start, open_end, prefix)


def _joins_words(char: str, *, suffixes: bool = False) -> bool:
    """Whether a word that begins (or, for `suffixes`, ends) in `char` may touch other letters."""
    if not char.isalnum():
        return True
    name = unicodedata.name(char, "")
    return name.startswith(_WITHOUT_WORD_SPACES) or (suffixes and name.startswith("HANGUL"))


def _stands_alone(text: str, start: int, end: int, form: _Form) -> bool:
    before = form.open_start or start == 0 or not _in_word(text[start - 1])
    return before and (form.open_end or end == len(text) or not _in_word(text[end]))


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _end_of_word(text: str, end: int) -> int:
    while end < len(text) and _in_word(text[end]):
        end += 1
    return end


def _longest(hits: list[_Hit], allowed: list[tuple[int, int]]) -> list[_Hit]:
    reach: dict[str, int] = {}
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if any(start <= hit.start and hit.end <= end for start, end in allowed):
            continue
        if hit.start >= reach.get(hit.entry.criterion, 0):
            reach[hit.entry.criterion] = hit.end
            kept.append(hit)
    return kept


def _digest(entries: tuple[Entry, ...], allow: tuple[str, ...]) -> str:
    return blake2b(repr((entries, allow)).encode(), digest_size=4).hexdigest()


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "the word list cannot be read",
            where=str(path),
            next_step="Give a file in UTF-8 that you may read.",
        ) from error
