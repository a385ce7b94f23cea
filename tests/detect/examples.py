"""Examples kept in memory, for tests of what judges by them."""

from __future__ import annotations

from dataclasses import dataclass, field

from comity.detect.examples import ExampleSet, TaughtExample
from comity.errors import StoreError


@dataclass
class Notebook:
    """`broken`: it cannot be read. `reads` counts how often it was looked at."""

    examples: list[TaughtExample] = field(default_factory=list)
    revision: int = 0
    broken: bool = False
    reads: int = 0

    def teach(self, text: str, rule: str = "no-insults", *, violates: bool = True) -> int:
        """The number of the new example."""
        self.revision += 1
        self.examples.append(TaughtExample(self.revision, rule, text, violates))
        return self.revision

    def forget(self, number: int) -> None:
        self.revision += 1
        self.examples = [example for example in self.examples if example.id != number]

    def read(self, policy: str, known: int | None) -> ExampleSet | None:
        self.reads += 1
        if self.broken:
            raise StoreError("the database is locked")
        return None if known == self.revision else ExampleSet(self.revision, tuple(self.examples))
