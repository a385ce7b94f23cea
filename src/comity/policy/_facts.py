"""The facts that a condition may read, and their types. `docs/policy.md` shows the same table."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Any


class FactType(Enum):
    COUNT = "a whole number"
    NUMBER = "a number"
    TEXT = "text"
    YES_NO = "yes or no"

    @staticmethod
    def of(name: str) -> FactType:
        """The type of the fact `name`. Every counter is a COUNT."""
        return FACTS[name][0] if name in FACTS else FactType.COUNT

    def convert(self, value: Any) -> Any:
        """`value` as this type, or None where it is not of this type: such a fact counts as absent."""
        match self:
            case FactType.YES_NO:
                return value if isinstance(value, bool) else None
            case FactType.TEXT:
                return value if isinstance(value, str) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if self is FactType.NUMBER:
            return float(value) if value == value and abs(value) <= _LARGEST else None
        return int(value) if abs(value) <= _LARGEST and value == int(value) else None

    def sample(self, *, high: bool, text: str) -> Any:
        """A value of this type to try a condition on."""
        match self:
            case FactType.YES_NO:
                return high
            case FactType.TEXT:
                return text if high else ""
            case FactType.NUMBER:
                return 1e6 if high else 0.0
        return 1_000_000 if high else 0


_LARGEST = 2**53
"""Beyond it a float no longer holds every whole number, and no honest fact is that large."""

FACTS: dict[str, tuple[FactType, str]] = {
    "item.role": (FactType.TEXT, "post, comment, message, profile, listing, ad, prompt or response"),
    "item.lang": (FactType.TEXT, "ISO 639-1 code of its language"),
    "item.length": (FactType.COUNT, "characters of text in all its parts"),
    "item.links": (FactType.COUNT, "links in its text"),
    "item.mentions": (FactType.COUNT, "mentions of people (@name) in its text"),
    "item.uppercase_share": (
        FactType.NUMBER,
        "0 to 1: share of upper case among the letters that have a case",
    ),
    "item.parts": (FactType.COUNT, "parts, such as a text and two images"),
    "item.has_image": (FactType.YES_NO, "has an image part"),
    "item.has_audio": (FactType.YES_NO, "has an audio part"),
    "item.has_video": (FactType.YES_NO, "has a video part"),
    "author.id": (FactType.TEXT, "the author's id"),
    "author.age_days": (FactType.NUMBER, "days since the account was made"),
    "author.posts": (FactType.COUNT, "items that the account has published"),
    "author.strikes": (FactType.NUMBER, "weight of the account's strikes that have not expired"),
    "author.verified": (FactType.YES_NO, "the platform has verified the account"),
    "author.role": (FactType.TEXT, "the platform's word, such as member or moderator"),
    "thread.length": (FactType.COUNT, "items before this one in its thread"),
    "now.hour": (FactType.COUNT, "0 to 23, UTC"),
    "now.weekday": (FactType.COUNT, "1 (Monday) to 7 (Sunday), UTC"),
    "history.items": (FactType.COUNT, "items of this author that Comity has decided"),
    "history.removals": (FactType.COUNT, "of those, how many were removed or blocked"),
    "history.reports": (FactType.COUNT, "reports that people made about this author's items"),
}


def known_facts(counters: Collection[str]) -> dict[str, FactType]:
    """Every name that a condition may read in a policy that declares `counters`."""
    return {
        **{name: kind for name, (kind, _) in FACTS.items()},
        **{f"counters.{counter}": FactType.COUNT for counter in counters},
    }
