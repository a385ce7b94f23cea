"""What is known from outside the item, and what a rule's condition may read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from comity.content import Item

_MENTION = re.compile(r"(?<![\w.])@\w")


@dataclass(frozen=True, slots=True)
class Facts:
    """Fetched by the caller and stored with the decision. What is absent is unknown, never zero or false.

    `counters` holds the counters that the policy declares, by name; `history` what the author did before.
    """

    now: datetime | None = None
    author: Mapping[str, Any] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    history: Mapping[str, Any] = field(default_factory=dict)


NO_FACTS = Facts()


def known(item: Item, facts: Facts, names: frozenset[str]) -> dict[str, Any]:
    """Those of the facts called `names` (`item.links`, `author.age_days`, ...) that are known, sorted by name."""
    values = {name: _value(item, facts, *name.split(".", 1)) for name in sorted(names)}
    return {name: value for name, value in values.items() if value is not None}


def _value(item: Item, facts: Facts, root: str, leaf: str) -> Any:
    match root:
        case "item":
            return _of_item(item, leaf)
        case "author":
            return facts.author.get(leaf, item.author if leaf == "id" else None)
        case "counters":
            return facts.counters.get(leaf)
        case "history":
            return facts.history.get(leaf)
        case "thread":
            return len(item.thread) if leaf == "length" else None
        case "now" if facts.now is not None:
            return {"hour": facts.now.hour, "weekday": facts.now.isoweekday()}.get(leaf)
    return None


def _of_item(item: Item, leaf: str) -> Any:
    match leaf:
        case "length":
            return sum(len(part.text) for part in item.text_parts)
        case "links":
            from comity.detect.links import links_of

            return len(links_of(item))
        case "mentions":
            return sum(len(_MENTION.findall(part.text)) for part in item.text_parts)
        case "uppercase_share":
            upper = sum(sum(map(str.isupper, part.text)) for part in item.text_parts)
            lower = sum(sum(map(str.islower, part.text)) for part in item.text_parts)
            return upper / (upper + lower) if upper + lower else 0.0
        case "parts":
            return len(item.parts)
        case "has_image" | "has_audio" | "has_video":
            return any(part.kind == leaf.removeprefix("has_") for part in item.parts)
        case "role" | "lang":
            return getattr(item, leaf)
    return None
