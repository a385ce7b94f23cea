"""All perturbations by name, and the way to apply one to many texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from random import Random

from comity.errors import NotFound
from comity.evaluate.perturb import (
    between,
    case,
    emoji,
    homoglyphs,
    inversion,
    layout,
    spelling,
    transliteration,
    typos,
)
from comity.evaluate.perturb.frames import framed
from comity.evaluate.perturb.leet import LEVELS, leet
from comity.evaluate.perturb.mixed import mixed
from comity.evaluate.perturb.perturbation import Edits, Perturbation, Perturbed
from comity.evaluate.perturb.words import Disguise, key_words, some_words

_NOISE_SHARE = 0.2


def _camouflage() -> Iterator[Perturbation]:
    disguises: dict[str, dict[str, Disguise]] = {
        "leet": {str(level): leet(level) for level in LEVELS},
        "separators": {
            "dots": between.separator("."),
            "spaces": between.separator(" "),
            "hyphens": between.separator("-"),
            "mixed": between.mixed_separators,
        },
        "inversion": {"backwards": inversion.backwards, "syllables": inversion.syllables_swapped},
        "homoglyphs": {
            "table": homoglyphs.from_table,
            "foreign": homoglyphs.foreign,
            "styled": homoglyphs.styled,
        },
        "invisible": {"zero-width": between.zero_width},
        "marks": {"zalgo": between.marked},
        "emoji": {"enclosed": emoji.enclosed, "pictures": emoji.pictured, "between": between.emoji_between},
        "spelling": {"stretched": spelling.stretched, "phonetic": spelling.phonetic},
        "masking": {"vowels": spelling.masked_vowels, "inside": spelling.masked_inside},
    }
    for family, variants in disguises.items():
        for variant, disguise in variants.items():
            yield Perturbation(f"{family}-{variant}", "camouflage", family, key_words(disguise))
    yield Perturbation("mixed", "camouflage", "mixed", mixed)


def _noise() -> Iterator[Perturbation]:
    families: dict[str, dict[str, Edits]] = {
        "typos": {
            "swapped": some_words(typos.swapped, _NOISE_SHARE),
            "dropped": some_words(typos.dropped, _NOISE_SHARE),
            "doubled": some_words(typos.doubled, _NOISE_SHARE),
            "neighbour-key": some_words(typos.neighbour_key, _NOISE_SHARE),
        },
        "keyboard": {"shifted": some_words(typos.hand_shifted, _NOISE_SHARE)},
        "case": {
            "upper": some_words(case.upper, 1),
            "lower": some_words(case.lower, 1),
            "random": some_words(case.at_random, 1),
            "alternating": some_words(case.alternating, 1),
        },
        "transliteration": {
            "cyrillic": some_words(transliteration.cyrillic, _NOISE_SHARE),
            "greek": some_words(transliteration.greek, _NOISE_SHARE),
        },
        "whitespace": {
            "joined": layout.joined,
            "doubled": layout.gaps(" "),
            "newlines": layout.gaps("\n"),
            "tabs": layout.gaps("\t"),
        },
        "punctuation": {"noise": layout.punctuation},
        "paraphrase": {"frame": framed},
    }
    for family, variants in families.items():
        for variant, edits in variants.items():
            yield Perturbation(f"{family}-{variant}", "noise", family, edits)


PERTURBATIONS: dict[str, Perturbation] = {
    perturbation.name: perturbation for perturbation in (*_camouflage(), *_noise())
}


def perturb(texts: Iterable[str], name: str, seed: int, targets: Collection[str] = ()) -> list[Perturbed]:
    """Each text changed by the perturbation `name`, in order; `targets` as for `Perturbation.apply`, in any case.

    What becomes of a text depends on itself, the name and the seed alone. Raises NotFound for an unknown name.
    """
    if name not in PERTURBATIONS:
        raise NotFound(
            f"no perturbation is called `{name}`", next_step=f"Choose one of: {', '.join(PERTURBATIONS)}."
        )
    folded = frozenset(target.casefold() for target in targets)
    return [PERTURBATIONS[name].apply(text, _random(seed, name, text), folded) for text in texts]


def _random(seed: int, name: str, text: str) -> Random:
    key = f"{seed}\0{name}\0{text}".encode("utf-8", "surrogatepass")
    return Random(int.from_bytes(blake2b(key, digest_size=8).digest()))
