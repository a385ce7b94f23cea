"""What can be judged of an item."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    violates: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A category of the taxonomy (`hate/threatening`) or a rule of a policy (`rule:<id>`), in plain language.

    `definition` says when it holds, `exceptions` when it does not in spite of that.
    """

    id: str
    definition: str
    exceptions: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
