"""Which items of the banks that a request names stand in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from comity.content import Item
from comity.detect import Detector, Signals
from comity.detect.lexicon import Entry, Lexicon
from comity.detect.lexicon_file import ANY_LANGUAGE
from comity.detect.pattern import Patterns
from comity.serve.storage import Storage
from comity.store import BankItem, NewBankItem, get_bank, list_bank_items
from comity.store.banks import MOST_ITEMS
from comity.wire.azure import BlocklistMatch

_KEPT = 64
"""Banks whose compiled form is kept, the most recently used ones."""


def check(items: Iterable[NewBankItem]) -> None:
    """Raises InputError for a word without a letter or digit, or a pattern that is none."""
    for item in items:
        _detector_of([BankItem(key="", text=item.text, is_pattern=item.is_pattern)])


def matches(storage: Storage, names: Sequence[str], item: Item) -> list[BlocklistMatch]:
    """The items of the banks called `names` that stand in `item`. Raises NotFound for a bank that is not there."""
    found: list[BlocklistMatch] = []
    for name in dict.fromkeys(names):
        with storage.open().read() as session:
            revision = get_bank(session, name).revision
        found += _Compiled.of(storage, name, revision).matches(item)
    return found


class _Compiled:
    """A bank as detectors. In their signals, the part of the criterion after the last colon is the key of an item."""

    def __init__(self, name: str, items: Sequence[BankItem]) -> None:
        self._name = name
        self._texts = {item.key: item.text for item in items}
        words = [item for item in items if not item.is_pattern]
        patterns = [item for item in items if item.is_pattern]
        self._detectors = [_detector_of(group) for group in (words, *([item] for item in patterns)) if group]

    @staticmethod
    @lru_cache(_KEPT)
    def of(storage: Storage, name: str, revision: str) -> _Compiled:  # noqa: ARG004 - a part of the cache's key
        with storage.open().read() as session:
            return _Compiled(name, list_bank_items(session, get_bank(session, name), size=MOST_ITEMS))

    def matches(self, item: Item) -> Iterable[BlocklistMatch]:
        for detector in self._detectors:
            [outcome] = detector.detect([item])
            for signal in outcome.signals if isinstance(outcome, Signals) else ():
                key = signal.criterion.rpartition(":")[2]
                yield BlocklistMatch(
                    blocklist_name=self._name, blocklist_item_id=key, blocklist_item_text=self._texts[key]
                )


def _detector_of(items: Sequence[BankItem]) -> Detector:
    """Words in one automaton; a pattern by itself."""
    if items[0].is_pattern:
        return Patterns(items[0].key, [items[0].text])
    return Lexicon(Entry(item.text, item.key, None, ANY_LANGUAGE, 1.0) for item in items)
