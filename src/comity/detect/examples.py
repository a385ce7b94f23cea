"""Examples that people gave for the rules of a policy, and the joint to wherever they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TaughtExample:
    """A text that breaks the rule with the id `rule`, or plainly keeps it."""

    id: int
    rule: str
    text: str
    violates: bool


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """`revision` is another one after every change."""

    revision: int
    examples: tuple[TaughtExample, ...] = ()


class Examples(Protocol):
    """Where the examples are kept."""

    def read(self, policy: str, known: int | None) -> ExampleSet | None:
        """The examples for the rules of `policy`; None if their revision is still the `known` one.

        May raise a ComityError: those read last then stay, and it is an error only if there are none.
        """
