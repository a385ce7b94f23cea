"""The links in a text: with and without a scheme, and lightly disguised."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from comity.content.evidence import Span
from comity.content.flags import REGIONS
from comity.content.item import Item, Part
from comity.content.normalise import canonical_of

_PATH = r"""(?P<path>[/?#][^\s<>"']*)?"""
_WRITTEN_DOT = r"(?:\.|\[\.\]|\(\.\)|[ ]?[\[(]dot[\])][ ]?)"
_LINK = re.compile(
    rf"(?<![\w@.%-])(?:(?P<scheme>h(?:tt|xx)ps?|ftp)://(?:[^\s/@]{{1,64}}@)?)?"
    rf"(?P<host>[\w-]++(?:{_WRITTEN_DOT}[\w-]++)++)(?!@)(?::\d{{1,5}})?{_PATH}",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"(?<![\w@.%-])(?P<host>[\w-]{{2,63}} dot (?:com|net|org|info|io))(?![\w-]){_PATH}", re.IGNORECASE
)
_DOT = re.compile(r"\[\.\]|\(\.\)|[ ]?[\[(]dot[\])][ ]?|[ ]dot[ ]", re.IGNORECASE)
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_MOST_HOST_CHARS = 253  # the limit of the domain name system
_AFTER_A_LINK = ".,;:!?)]}…"
_NOT_A_NAME = frozenset(
    {"the", "a", "an", "this", "that", "every", "of", "and", "is", "was", "or", "old", "early"}
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text part. `host` is in lower case, as it is written: look-alike letters stay what they are."""

    span: Span
    host: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The names in `data/domains.tsv`, by kind."""

    top: frozenset[str]
    wordlike: frozenset[str]
    second: frozenset[str]
    shorteners: frozenset[str]
    brands: frozenset[str]
    near: frozenset[str]


def links_of(item: Item) -> list[Link]:
    """Every link in the item's text parts, in their order. E-mail addresses, file names and numbers are none."""
    return [link for part in item.text_parts for link in _links_of(part)]


def is_under(host: str, domains: frozenset[str]) -> bool:
    """Whether `host` is one of `domains` or a subdomain of one."""
    labels = host.split(".")
    return any(".".join(labels[i:]) in domains for i in range(len(labels)))


@cache
def lists() -> Lists:
    text = files("comity.detect").joinpath("data/domains.tsv").read_text("utf-8")
    rows = dict(line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    names = {kind: frozenset(row.split()) for kind, row in rows.items()}
    return Lists(
        names["generic"] | {region.lower() for region in REGIONS},
        names["wordlike"],
        names["second"],
        names["shortener"],
        names["brand"],
        names["near"],
    )


def _links_of(part: Part) -> tuple[Link, ...]:
    if "links" not in part._memo:
        part._memo["links"] = tuple(_links(part))
    links: tuple[Link, ...] = part._memo["links"]
    return links


def _links(part: Part) -> Iterator[Link]:
    view = canonical_of(part)
    if "." not in view.text and "dot" not in view.text.lower():
        return
    matches = [*_LINK.finditer(view.text), *_SPOKEN.finditer(view.text)]
    for match in sorted(matches, key=re.Match.start):
        host = _DOT.sub(".", match["host"]).lower()
        groups = match.groupdict()
        sure = bool(groups.get("scheme")) or host.startswith("www.")
        spoken = " dot " in match["host"].lower()
        if spoken and host.partition(".")[0] in _NOT_A_NAME:
            continue
        if not _is_host(host, sure=sure, with_path=bool(groups["path"])):
            continue
        start, end = match.span()
        while end > match.end("host") and view.text[end - 1] in _AFTER_A_LINK:
            end -= 1
        written = part.text[slice(*view.original(*match.span("host")))]
        yield Link(Span(part.id, *view.original(start, end)), _as_written(host, written))


def _is_host(host: str, *, sure: bool, with_path: bool) -> bool:
    if len(host) > _MOST_HOST_CHARS:
        return False
    labels = host.split(".")
    if all(label.isdecimal() for label in labels):
        return sure and _is_address(host)
    if not all(_LABEL.fullmatch(label) for label in labels):
        return False
    top = labels[-1]
    if sure:
        return not top.isdecimal()
    known = lists()
    if is_under(host, known.shorteners | known.brands):
        return True
    if top not in known.top and not top.startswith("xn--"):
        return False
    return with_path if top in known.wordlike or labels[0].isdecimal() else len(labels[-2]) > 1


def _is_address(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _as_written(host: str, original: str) -> str:
    """The real name where canonical letters were put in the place of look-alikes."""
    written = unicodedata.normalize("NFKC", original).lower()
    return written if len(written) == len(host) and not written.isascii() else host
