"""What is moderated: an item and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Literal, get_args

from comity.content.evidence import Box, Evidence, Interval, Span
from comity.errors import InputError
from comity.limits import LIMITS

Kind = Literal["text", "image", "audio", "video"]
Role = Literal["post", "comment", "message", "profile", "listing", "ad", "prompt", "response"]
KINDS: tuple[str, ...] = get_args(Kind)
ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Region:
    """Code points `start` to `end` of a derived text were read at `source` in the part that it came from."""

    start: int
    end: int
    source: Box | Interval


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of an item. `data` is a str for text, bytes for the other kinds.

    A part that an extractor made names the part it came from (`derived_from`) and, where it knows, the places in
    that part (`regions`), so that evidence in it can be traced back.
    """

    id: str
    kind: Kind
    data: str | bytes
    derived_from: str | None = None
    extractor: str | None = None
    regions: tuple[Region, ...] = ()
    _memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"`{self.kind}` is no kind of part", next_step=f"Use one of {', '.join(KINDS)}.")
        if isinstance(self.data, str) != (self.kind == "text"):
            raise InputError(
                f"a part of kind {self.kind} needs {'str' if self.kind == 'text' else 'bytes'} data"
            )
        LIMITS.check("id_chars", len(self.id), where="part id")
        LIMITS.check(
            "text_chars" if self.kind == "text" else "media_bytes", len(self.data), where=f"part {self.id}"
        )

    @property
    def text(self) -> str:
        """The data of a text part. Raises InputError for another kind."""
        if not isinstance(self.data, str):
            raise InputError(f"part {self.id} is of kind {self.kind}, not text")
        return self.data


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to moderate, with the `thread` of items before it (oldest first).

    `lang` is an ISO 639-1 code if the caller knows it; `None` means unknown, and then it is identified.
    """

    id: str
    parts: tuple[Part, ...]
    role: Role = "post"
    author: str | None = None
    community: str | None = None
    lang: str | None = None
    thread: tuple[Item, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def text(cls, text: str, *, id: str | None = None, **fields: Any) -> Item:
        """An item of a single text part. Without an `id` it gets one from a hash of its text."""
        if not isinstance(text, str):
            raise InputError(f"the text of an item must be a str, not {type(text).__name__}")
        part = Part("text", "text", text)
        if id is None:
            id = "item-" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return cls(id, (part,), **fields)

    def __post_init__(self) -> None:
        LIMITS.check("item_parts", len(self.parts), where=f"item {self.id[:64]}")
        LIMITS.check("thread_items", len(self.thread), where=f"item {self.id[:64]}")
        for name in (self.id, self.author, self.community):
            LIMITS.check("id_chars", len(name or ""), where="item id, author or community")
        if not self.parts:
            raise InputError("an item needs at least one part", where=f"item {self.id}")
        if len({part.id for part in self.parts}) != len(self.parts):
            raise InputError("two parts have the same id", where=f"item {self.id}")
        if self.role not in ROLES:
            raise InputError(
                f"`{self.role}` is no role of an item", next_step=f"Use one of {', '.join(ROLES)}."
            )

    @property
    def text_parts(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == "text")

    def part(self, part_id: str) -> Part:
        for part in self.parts:
            if part.id == part_id:
                return part
        raise InputError(f"there is no part `{part_id}`", where=f"item {self.id}")

    def with_parts(self, extracted: tuple[Part, ...]) -> Item:
        """The same item with parts that an extractor made."""
        return replace(self, parts=self.parts + extracted) if extracted else self

    def trace(self, evidence: Evidence) -> tuple[Evidence, ...]:
        """`evidence` and, for a span of a derived text, the places in the source part that it was read from."""
        if not isinstance(evidence, Span):
            return (evidence,)
        overlapping = (
            region.source
            for region in self.part(evidence.part).regions
            if region.start < evidence.end and evidence.start < region.end
        )
        return (evidence, *overlapping)
