"""The regular expressions of a policy rule, in linear time (RE2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from comity.content.evidence import Span
from comity.content.item import Item
from comity.content.normalise import canonical_of
from comity.detect.detector import Tier
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.errors import InputError

_MOST_PLACES = 50
_MEMORY_BYTES = 8_000_000


class Patterns:
    """The RE2 patterns of one rule, searched in the canonical text: criterion `patterns:<rule id>`, exhaustive.

    Case counts unless a pattern begins with `(?i)`. Evidence are the first 50 places of each pattern in each part.
    Raises InputError that names a pattern which is not valid.
    """

    modalities = frozenset({"text"})
    languages = None
    tier = Tier.EXACT

    def __init__(self, rule_id: str, patterns: Iterable[str]) -> None:
        self.name = f"patterns:{rule_id}"
        self.criteria = frozenset({self.name})
        patterns = tuple(patterns)
        self._patterns = tuple(_compiled(pattern) for pattern in patterns)
        self._any_of = _any_of(patterns)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        return [self._detect(item) for item in items]

    def _detect(self, item: Item) -> Outcome:
        if not item.text_parts:
            return Abstained("the item has no text")
        places: set[tuple[int, int, int]] = set()
        for order, part in enumerate(item.text_parts):
            view = canonical_of(part)
            if self._any_of and not self._any_of.search(view.text):
                continue
            for pattern in self._patterns:
                for match in islice(pattern.finditer(view.text), _MOST_PLACES):
                    if match.end() > match.start():
                        places.add((order, *view.original(*match.span())))
        spans = tuple(Span(item.text_parts[order].id, start, end) for order, start, end in sorted(places))
        signals = (Signal(self.name, 1.0, self.name, None, spans),) if spans else ()
        return Signals(signals, self.criteria)


def check_pattern(pattern: str) -> str | None:
    """What is wrong with `pattern`, None if nothing is."""
    import re2

    if not pattern:
        return "the pattern is empty"
    try:
        compiled = re2.compile(pattern, _options())
    except UnicodeEncodeError:
        return "it has a lone surrogate"
    except re2.error as error:
        return _reason(error)
    return "it matches even an empty text" if compiled.search("") else None


def _compiled(pattern: str) -> Any:
    import re2

    problem = check_pattern(pattern)
    if problem:
        raise InputError(
            f"`{pattern}` is no valid pattern: {problem}",
            next_step="Patterns follow RE2: no look-around, no back-references.",
        )
    return re2.compile(pattern, _options())


def _any_of(patterns: Sequence[str]) -> Any:
    """All patterns as one, to tell in a single pass that none is there; None where that would be too large."""
    import re2

    try:
        return re2.compile("|".join(f"(?:{pattern})" for pattern in patterns), _options())
    except re2.error:
        return None


def _options() -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    return options


def _reason(error: Exception) -> str:
    message = error.args[0] if error.args else error
    return message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
