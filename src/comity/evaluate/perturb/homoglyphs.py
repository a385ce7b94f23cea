"""Letters that look like the plain ones: three generators.

`from_table` draws from the table that the normaliser undoes, and so measures its rules about when to. `foreign` is
independent of it: letters of Cyrillic and Greek chosen by eye, as freely as people do. `styled` writes in alphabets
that Unicode itself maps back (compatibility forms), which the normaliser lets it do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from string import ascii_lowercase, ascii_uppercase

from comity.evaluate.perturb.letters import rows, substitute

_SHARE = 0.6

CYRILLIC = rows("""
a а
b ь б в
c с ҫ
d ԁ д
e е є э
f ғ
g ԍ д
h һ н ћ
i і ї ӏ
j ј
k к қ ќ
l ӏ
m м
n п и ӣ
o о ө ф
p р ҏ
q ԛ
r г я ѓ
s ѕ
t т ҭ
u ц џ ѝ
v ѵ
w ԝ ш щ ѡ
x х ҳ ж
y у ў ұ
z з ҙ ӡ
A А Д
B В Б
C С Ҫ
E Е Ё Є
H Н Ң
I І Ї
J Ј
K К Ќ
M М
N И Ѝ
O О Ф Ѳ
P Р
R Я
S Ѕ
T Т Ҭ
U Ц Џ
W Ш Щ Ѡ
X Х Ж
Y У Ү
Z З
""")

GREEK = rows("""
a α ά δ
b β ϐ
c ς ϲ
d δ
e ε έ ξ
g ϑ
h ή
i ι ί ϊ
j ϳ
k κ ϰ
l ι Ι
m μ
n η π ή
o ο ό σ θ
p ρ ϱ
q ϙ φ
r Γ
s ς ϛ
t τ
u υ ύ μ
v ν υ
w ω ώ ψ
x χ ϰ
y γ ψ
z ζ
A Α Λ Δ
B Β
C Ϲ Ͼ
D Δ
E Ε Σ Ξ
F Ϝ
H Η Ή
I Ι Ϊ
K Κ
L Λ
M Μ
N Ν
O Ο Θ Φ
P Ρ
S Σ
T Τ
U Ʊ
V Ѵ
X Χ
Y Υ Ψ
Z Ζ
""")

# Alphabets without a gap, capitals before small letters: full-width, and ten of the mathematical ones.
_FULL_WIDTH = (0xFF21, 0xFF41)
_MATHEMATICAL = (0x1D400, 0x1D468, 0x1D4D0, 0x1D56C, 0x1D5A0, 0x1D5D4, 0x1D608, 0x1D63C, 0x1D670)
_ALPHABETS = (_FULL_WIDTH, *((capitals, capitals + 26) for capitals in _MATHEMATICAL))


def from_table(word: str, random: Random) -> str:
    return substitute(word, _table(), _SHARE, random)


def foreign(word: str, random: Random) -> str:
    """Cyrillic or Greek throughout a word."""
    return substitute(word, random.choice((CYRILLIC, GREEK)), _SHARE, random)


def styled(word: str, random: Random) -> str:
    """One alphabet throughout a word: mathematical letters, or full-width ones as often as not."""
    alphabet = _FULL_WIDTH if random.random() < 0.5 else random.choice(_ALPHABETS)
    return word.translate(_translation(*alphabet))


def _translation(capitals: int, small: int) -> Mapping[int, int]:
    return {
        ord(letter): first + place
        for first, letters in ((capitals, ascii_uppercase), (small, ascii_lowercase))
        for place, letter in enumerate(letters)
    }


@cache
def _table() -> Mapping[str, str]:
    alikes: defaultdict[str, str] = defaultdict(str)
    rows = files("comity.content").joinpath("data/confusables.tsv").read_text("utf-8").splitlines()
    for letter, _, found in (row.split("\t") for row in rows if not row.startswith("#")):
        alikes[letter] += found
    return alikes
