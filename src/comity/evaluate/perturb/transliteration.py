"""Whole words written by sound in another alphabet, Latin to Cyrillic or Greek and back.

The normaliser maps letters by their looks and undoes none of it.
"""

from __future__ import annotations

import re
from random import Random

from comity.evaluate.perturb.letters import in_case_of


def _pairs(table: str) -> dict[str, str]:
    """Alternately what is read and what is written for it."""
    parts = table.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


_TO_CYRILLIC = _pairs("""
shch щ tion шн sh ш ch ч zh ж kh х ts ц th т ph ф ck к qu кв ee и oo у ya я yu ю yo ё wh у
a а b б c к d д e е f ф g г h х i и j дж k к l л m м n н o о p п q к r р s с t т u у v в w в x кс y й z з
""")
_FROM_CYRILLIC = _pairs("""
а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch
ъ ' ы y ь ' э e ю yu я ya і i ї yi є ye ґ g ў u ј j љ lj њ nj ћ c ђ dj џ dz
""")
_TO_GREEK = _pairs("""
sh σ ch τσ th θ ph φ ck κ ps ψ qu κου ee η oo ου kh χ ou ου
a α b μπ c κ d ντ e ε f φ g γκ h χ i ι j τζ k κ l λ m μ n ν o ο p π q κ r ρ s σ t τ u ου v β w ου x ξ y υ z ζ
""")
_FROM_GREEK = _pairs("""
μπ b ντ d γκ g γγ ng τσ ts τζ tz ου ou αι e ει i οι i αυ av ευ ev
α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
ά a έ e ή i ί i ό o ύ y ώ o ϊ i ϋ y ΐ i ΰ y
""")
_FINAL_SIGMA = re.compile(r"(?<=\w)σ$")


def cyrillic(word: str, _: Random) -> str:
    return _written(word, _TO_CYRILLIC, _FROM_CYRILLIC)


def greek(word: str, _: Random) -> str:
    return _FINAL_SIGMA.sub("ς", _written(word, _TO_GREEK, _FROM_GREEK))


def _written(word: str, there: dict[str, str], back: dict[str, str]) -> str:
    table = there if word[:1].lower() in there else back
    sound = re.compile("|".join(sorted(table, key=len, reverse=True)), re.IGNORECASE)
    return sound.sub(lambda match: in_case_of(word, match[0], table.get(match[0].lower(), match[0])), word)
