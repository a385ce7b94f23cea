"""What the server acknowledged, as its clients wrote it down: what must be there in the end, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class ToldItem:
    """`texts` are its revisions, None for the deletion; `decisions` what was answered: number and key."""

    author: str
    texts: list[str | None]
    decisions: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Held:
    """A case was surely `user`'s between two instants of the clock of this machine."""

    case: str
    user: str
    since: float
    until: float


@dataclass(slots=True)
class Told:
    """Safe to share between threads for what they do here; `count` counts anything by name."""

    items: dict[str, ToldItem] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)
    appeals: set[str] = field(default_factory=set)
    rulings: dict[str, str] = field(default_factory=dict)
    """Who ruled in each case."""
    held: list[Held] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What the server answered and should not have."""
    counts: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def fault(self, what: str) -> None:
        with self._lock:
            self.counts["faults"] += 1
            if len(self.faults) < 50:
                self.faults.append(what)

    def item(self, key: str, told: ToldItem) -> None:
        with self._lock:
            self.items[key] = told
            self.keys.append(key)
