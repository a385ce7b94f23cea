"""Leetspeak in four levels, from tables of our own: the share of letters and the strangeness of the signs rise.

Level 1 is what everybody knows, and the normaliser with them; of level 2 it knows a part. Levels 3 and 4 draw letters
out of several signs or borrow those of other writing systems by their looks alone; the normaliser has no such table.
After "Countering Malicious Content Moderation Evasion in Online Social Networks" (2022), which simulates by levels too.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from comity.evaluate.perturb.letters import rows, substitute
from comity.evaluate.perturb.words import Disguise

LEVELS = (1, 2, 3, 4)
_SHARES = {1: 0.5, 2: 0.65, 3: 0.8, 4: 1.0}


_DIGITS = rows("""
a 4
e 3
i 1
o 0
s 5
t 7
""")

_SIGNS = rows("""
a 4 @
b 8
c (
e 3
g 9 6
h #
i 1 !
l 1 |
o 0
q 9
s 5 $
t 7 +
z 2
""")

_PICTURES = rows(r"""
a /\ /-\ ^ ª
b |3 13 ]3 8
c ( [ { ¢
d |) |> cl [)
e 3 [- |=- €
f |= /= ]=
g (_+ 6 (_-
h |-| }{ )-( ]-[
i ][ ! 1 ¡
j _| _/ ,|
k |< |{ ]< 1<
l |_ 1_ [_ £
m /\/\ |\/| (v) ^^
n |\| /\/ (\) ^/
o () [] <> °
p |* |> |o ]D
q (,) 0_ ()_
r |2 |? I2 |~
s _/- 5 ~/_
t 7 -|- '][' †
u |_| (_) \_/ µ
v \/ |/
w \/\/ vv \^/ |/\|
x >< )( }{ *
y `/ '/ ¥
z 7_ >_ ~/_
""")

_FOREIGN_SHAPES = rows("""
a ₳ ᗩ 卂 ล Ꭿ
b ฿ ᗷ 乃 ๒ ß
c ₵ ᑕ 匚 ८
d ᗪ 刀 ๔ ₫
e Ɇ 乇 ໔ ∑ ፪
f ₣ ᖴ 千 ∱
g ₲ ᘜ Ꮆ ﻮ
h ᕼ 卄 ዘ ħ
i 丨 เ ł ї
j ᒍ ﾌ ว ʝ
k ₭ Ҝ ズ к
l ㄥ ᒪ Ⱡ ℓ
m 爪 ᗰ ₥ ๓
n 几 ₦ ᑎ ภ
o ㄖ Ø ๏ ⊙ ◯
p 卩 ₱ ᑭ ₽
q Ɋ ᑫ ợ
r 尺 ᖇ Ɽ ᚱ
s 丂 ₴ ᔕ ร
t ㄒ ₮ ꓄ 丅
u ㄩ ᑌ Ʉ ย
v ᐯ √ ۷ ง
w 山 ᗯ ₩ ฬ
x 乂 ᙭ Ӿ ჯ
y ㄚ ¥ Ɏ ץ
z 乙 Ⱬ ᘔ ʑ
""")

_TABLES: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    1: _DIGITS,
    2: _SIGNS,
    3: _PICTURES,
    4: {letter: _PICTURES[letter][:2] + shapes for letter, shapes in _FOREIGN_SHAPES.items()},
}


def leet(level: int) -> Disguise:
    def disguise(word: str, random: Random) -> str:
        return substitute(word, _TABLES[level], _SHARES[level], random)

    return disguise
