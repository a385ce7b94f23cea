"""Links that hide where they lead, and the domains that a policy rule names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

from comity.content.confusables import latin_look
from comity.content.item import Item
from comity.detect.detector import Tier
from comity.detect.links import Link, is_under, links_of, lists
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.errors import InputError

__all__ = ["Domains", "Link", "Url", "links_of", "packaged"]

_SHORTENED = "link/shortened"
_LOOK_ALIKE = "link/look-alike"
_TYPO_FROM_LETTERS = 6  # in shorter names one letter more or less is too often another real name
_DIGITS = (str.maketrans("01345", "oleas"), str.maketrans("01345", "oieas"))


class Url:
    """A detector for shortened and look-alike links. It sees every link it knows the form of, so it can say no.

    A domain looks alike if it is a well-known one written with letters of another script, with digits or `rn` and
    `vv` for letters, with one letter more, less, other or swapped (names of six letters or more), or if the
    well-known one stands before the real one (`paypal.com.example.net`). Scores are 1: the criteria are definitions.
    """

    name = "url.v1"
    criteria = frozenset({_SHORTENED, _LOOK_ALIKE})
    modalities = frozenset({"text"})
    languages = None
    tier = Tier.EXACT

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        checks = {_LOOK_ALIKE: _looks_alike, _SHORTENED: _is_shortened}
        return [_outcome(item, self.name, checks) for item in items]


class Domains:
    """The domains of one policy rule, subdomains included: criterion `domains:<rule id>`, exhaustive.

    Raises InputError for a name that is no domain.
    """

    modalities = frozenset({"text"})
    languages = None
    tier = Tier.EXACT

    def __init__(self, rule_id: str, domains: Iterable[str]) -> None:
        self.name = f"domains:{rule_id}"
        self.criteria = frozenset({self.name})
        self._domains = frozenset(_ascii(_domain(domain)) for domain in domains)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        checks = {self.name: lambda host: is_under(_ascii(host), self._domains)}
        return [_outcome(item, self.name, checks) for item in items]


@cache
def packaged() -> Url:
    return Url()


def _outcome(item: Item, name: str, checks: Mapping[str, Callable[[str], bool]]) -> Outcome:
    if not item.text_parts:
        return Abstained("the item has no text")
    links = links_of(item)
    signals = []
    for criterion, holds in checks.items():
        spans = tuple(link.span for link in links if holds(link.host))
        if spans:
            signals.append(Signal(criterion, 1.0, name, None, spans))
    return Signals(tuple(signals), frozenset(checks))


def _is_shortened(host: str) -> bool:
    return is_under(host, lists().shorteners)


def _looks_alike(host: str) -> bool:
    brands = lists().brands
    host = ".".join(_unicode(label) for label in host.split("."))
    registered, name = _registered(host)
    if registered in brands:
        return False
    subdomains = host.removesuffix(registered).rstrip(".").split(".")
    if any(f"{a}.{b}" in brands for a, b in pairwise(subdomains)):
        return True
    return _imitates_a_brand(name)


def _imitates_a_brand(name: str) -> bool:
    names = _brand_names()
    if name in names:
        return False
    plain = latin_look(name)
    readings = {plain.translate(digits) for digits in _DIGITS}
    readings |= {reading.replace("rn", "m").replace("vv", "w") for reading in readings}
    if readings & names:
        return True
    return name not in lists().near and any(
        len(brand) >= _TYPO_FROM_LETTERS and abs(len(brand) - len(name)) <= 1 and _one_typo_apart(name, brand)
        for brand in names
    )


@cache
def _brand_names() -> frozenset[str]:
    return frozenset(brand.partition(".")[0] for brand in lists().brands)


def _one_typo_apart(a: str, b: str) -> bool:
    """Whether two different words, at most one letter apart in length, have a Damerau-Levenshtein distance of 1."""
    if len(a) > len(b):
        a, b = b, a
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[first:] == b[first + 1 :]
    swapped = a[first + 1 : first + 2] + a[first] + a[first + 2 :]
    return a[first + 1 :] == b[first + 1 :] or swapped == b[first:]


def _registered(host: str) -> tuple[str, str]:
    """The registered domain (`example.co.uk`) and its name (`example`)."""
    labels = host.split(".")
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in lists().second else 2
    return ".".join(labels[-size:]), labels[-size] if len(labels) >= size else labels[0]


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label


def _ascii(host: str) -> str:
    """The host with its international labels in punycode, so that both ways of writing one compare equal."""
    labels = (
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in host.split(".")
    )
    return ".".join(labels)


def _domain(domain: str) -> str:
    name = domain.strip().lower().removeprefix("*.").strip(".")
    if "." not in name or any(char in name for char in " /:@?#"):
        raise InputError(
            f"`{domain}` is no domain",
            next_step="Write only the name, such as `example.com`; subdomains are included.",
        )
    return name
