"""Harmless texts that look like disguised words: what a normaliser or a detector must not fall for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain, repeat
from random import Random

import yaml

EACH = 48
"""Texts a kind."""

_SLOT = re.compile(r"\{(?:#(?P<mask>[^{}]+)|~(?P<word>\w+)|(?P<name>[a-z_]+))\}")
_ALPHABETS = {
    "9": "0123456789",
    "h": "0123456789abcdef",
    "A": "BCDFGHJLMNPRTVWXYZ",
    "a": "bcdfghjlmnprtvwxyz",
}


@dataclass(frozen=True, slots=True)
class LookAlike:
    """`kind` is a key of `kinds` in `lookalikes.yaml`: `url`, `chemistry`, ..."""

    kind: str
    text: str


def lookalikes(seed: int) -> list[LookAlike]:
    """48 distinct texts of every kind, all our own."""
    document = yaml.safe_load(files("comity.evaluate.perturb").joinpath("lookalikes.yaml").read_text("utf-8"))
    return [
        LookAlike(kind, text)
        for kind, templates in document["kinds"].items()
        for text in _drawn(templates, document["slots"], Random(f"{seed} {kind}"))
    ]


def _drawn(templates: list[str], slots: Mapping[str, list[str]], random: Random) -> Iterator[str]:
    """As many from each template as there are to be had, in turn."""
    seen: set[str] = set()
    random.shuffle(templates)
    for template in chain.from_iterable(repeat(templates, EACH)):
        text = _filled(template, slots, random)
        if text not in seen and len(seen) < EACH:
            seen.add(text)
            yield text


def _filled(template: str, slots: Mapping[str, list[str]], random: Random) -> str:
    """Slots: `{name}` draws from a list, whose entries may hold slots again; `{#A-99}` draws capitals, `a` small
    letters, digits and, for `h`, hexadecimal digits, without vowels so that no word arises; `{~yes}` is `yessss`."""

    def fill(slot: re.Match[str]) -> str:
        if slot["mask"]:
            return "".join(random.choice(_ALPHABETS.get(sign, sign)) for sign in slot["mask"])
        if slot["word"]:
            return slot["word"] + slot["word"][-1] * random.randint(2, 6)
        return _filled(random.choice(slots[slot["name"]]), slots, random)

    return _SLOT.sub(fill, template)
