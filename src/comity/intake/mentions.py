"""What an item links to and whom it is aimed at, as hashes that can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from comity.content import Item, Part, Span
from comity.detect.links import links_of

_SCHEME = re.compile(r"^\w+://(www\.)?|^www\.")
_MENTION = re.compile(r"(?<![\w.])@(\w[\w.-]{0,63})")


def mentions_of(parts: Sequence[tuple[str, str]], parent: str | None) -> Iterator[tuple[str, str]]:
    """Kind (`link` or `target`) and hash of each link, mentioned name and answered item, each once."""
    item = Item("mentions", tuple(Part(id, "text", text) for id, text in parts)) if parts else None
    links = {_link(item, link.span) for link in links_of(item)} if item else set()
    names = {name.casefold().rstrip(".-") for _, text in parts for name in _MENTION.findall(text)}
    targets = {f"@{name}" for name in names} | ({f"item:{parent}"} if parent else set())
    yield from (("link", _hash(link)) for link in sorted(links))
    yield from (("target", _hash(target)) for target in sorted(targets))


def _link(item: Item, span: Span) -> str:
    return _SCHEME.sub("", item.part(span.part).text[span.start : span.end].casefold()).rstrip("/")


def _hash(value: str) -> str:
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
