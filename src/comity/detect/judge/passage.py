"""What the judge is shown of an item, and nothing else of it: its text, its role, and what was said before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from comity.content import Item
from comity.detect.judge.options import JudgeOptions
from comity.detect.judge.redact import redacted
from comity.detect.signal import Abstained

_CONTROL = re.compile(r"<(?=[|/]?[a-z_]{1,40}[|>])|\[(?=/?INST\])", re.IGNORECASE)
"""Where the marks begin by which chat templates tell speakers apart. Some servers read them inside a text, too."""
WITHHELD = "[not shown]"


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said before. `speaker` is `author` for the item's own, else
    `person 1`, `person 2`, ..., or `person` where nobody knows who."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """`thread` is oldest first. It holds no names of authors and communities, and no marks of chat templates."""

    text: str
    role: str = "post"
    thread: tuple[Turn, ...] = ()


NEUTRAL = Passage("N/A")
"""An item without content: what a model says of it is its leaning."""


def passage_of(item: Item, options: JudgeOptions) -> Passage | Abstained:
    """`item` as it may be sent. Abstained if its role may not be sent from its community."""
    if not options.may_send(item.role, item.community):
        return Abstained(f"a {item.role} of this community is not sent to the judge")
    clean = _redacting if options.redacts else _defused
    names = {item.author: "author"} if item.author else {}
    thread = []
    for before in item.thread[-options.thread :] if options.thread else ():
        speaker = "person"
        if before.author:
            speaker = names.setdefault(before.author, f"person {len(names) + (item.author is None)}")
        shown = options.may_send(before.role, before.community or item.community)
        thread.append(Turn(speaker, _text(before, clean) if shown else WITHHELD))
    return Passage(_text(item, clean), item.role, tuple(thread))


def _text(item: Item, clean: Callable[[str], str]) -> str:
    return "\n\n".join(clean(part.text) for part in item.text_parts)


def _defused(text: str) -> str:
    """`text` in which no mark of a chat template is one any more, and which can be sent as UTF-8."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(lambda found: f"{found[0]} ", whole)


def _redacting(text: str) -> str:
    return _defused(redacted(text))
