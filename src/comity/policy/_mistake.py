"""A mistake before it has been given a line and a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

Loc = tuple[str | int, ...]
"""The way to a value from the top of the document, such as `("rules", 2, "when")`."""


@dataclass(frozen=True, slots=True)
class Mistake:
    code: str
    message: str
    loc: Loc = ()
    expected: tuple[str, ...] = ()

    def under(self, *loc: str | int) -> Mistake:
        """The same mistake, seen from further up in the document."""
        return replace(self, loc=(*loc, *self.loc))


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """The end of a message that names the closest of `choices`, or nothing if none is close."""
    closest = get_close_matches(word[:60], list(choices), n=1)
    return f"; did you mean `{closest[0]}`?" if closest else ""
