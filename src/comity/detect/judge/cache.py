"""Verdicts that were given before, by what they rest on."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from threading import Lock
from typing import Generic, TypeVar

from comity.detect.judge.passage import Passage
from comity.taxonomy import Criterion

Kept = TypeVar("Kept")


class Cache(Generic[Kept]):
    """The `most` used last, in memory. Keys hold hashes, not content. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, value: Kept) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def rules_digest(rules: Sequence[Criterion]) -> str:
    """Another one once a word of a rule, an exception or an example changes."""
    return _digest([asdict(rule) for rule in rules])


def key_of(asked: str, passage: Passage) -> str:
    """asked: the digest of model, dialect and rules."""
    return _digest([asked, asdict(passage)])


def _digest(content: object) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
