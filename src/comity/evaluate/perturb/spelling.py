"""Other spellings of a word: stretched, by sound, with letters left out.

Stretching is undone by the normaliser. Respelling by sound and masking with asterisks are independent of it.
"""

from __future__ import annotations

import re
from random import Random

from comity.evaluate.perturb.letters import clusters, in_case_of, rows, some

_STRETCHED_SHARE = 0.25

# The sound of English letters, and how else it is written; ^ and $ tie one to the beginning or the end of a word.
_SOUNDS = rows("""
tion shun
sion zhun
ight ite yte
ough uff
augh aff
ious eeus
ph f
f ph
ff ph
ck kk q
qu kw
x ks cks
sh sch
ch tch
th d f
c k
ce se
ci si
cy sy
k c q
ge je
j dj
ss zz
z s
gg g
wh w
dge j
tt t
ll l
nn n
rr r
mm m
bb b
pp p
dd d
ee ea ie
ea ee
oo u ew
ou ow
ow ou
ai ay
ay ei
oa ow
ie ee
^kn n
^wr r
^ps s
^wh w
^f ph
^c k
^k c q
^x z
ing$ in een
er$ a ur
or$ a er
y$ ee ie
s$ z
ed$ d t
le$ el ul
ck$ q kk
f$ ph
x$ ks
ce$ ss
se$ ze
ys$ eez
es$ ez
""")

_VOWEL_SOUNDS = rows("""
a ah
e eh
i y ee
o oh
u oo uh
""")

_SOUND = re.compile(
    "|".join(sorted((*_SOUNDS, *_VOWEL_SOUNDS), key=lambda sound: (-len(sound.strip("^$")), sound))),
    re.IGNORECASE | re.ASCII,
)
_VOWEL = re.compile("[aeiouаеёиоуыэюяіїєαεηιουωάέήίόύώ]", re.IGNORECASE)


def stretched(word: str, random: Random) -> str:
    """A quarter of the letters, at least one, typed three to six times."""
    parts = clusters(word)
    letters = [place for place, part in enumerate(parts) if part.isalpha()]
    for place in some(letters, _STRETCHED_SHARE, random):
        parts[place] *= random.randint(3, 6)
    return "".join(parts)


def phonetic(word: str, random: Random) -> str:
    """Up to three sounds written another way; plain vowels only in a word that has no other sound of the table."""
    found = list(_SOUND.finditer(word))
    sounds = [match for match in found if match[0].lower() not in _VOWEL_SOUNDS] or found
    chosen = some(sounds, random.choice((1, 2, 3)) / len(sounds), random) if sounds else []
    pieces: list[str] = []
    done = 0
    for match in chosen:
        respelt = in_case_of(word, match[0], random.choice(_respellings(match)))
        pieces += (word[done : match.start()], respelt)
        done = match.end()
    return "".join((*pieces, word[done:]))


def masked_vowels(word: str, _: Random) -> str:
    return _VOWEL.sub("*", word)


def masked_inside(word: str, _: Random) -> str:
    """All but the first and the last letter."""
    parts = clusters(word)
    return parts[0] + "*" * (len(parts) - 2) + parts[-1] if len(parts) > 2 else word


def _respellings(match: re.Match[str]) -> tuple[str, ...]:
    sound = match[0].lower()
    begins, ends = match.start() == 0, match.end() == len(match.string)
    tied = [key for key, holds in ((f"^{sound}", begins), (f"{sound}$", ends)) if holds and key in _SOUNDS]
    return (_SOUNDS | _VOWEL_SOUNDS)[tied[0] if tied else sound]
