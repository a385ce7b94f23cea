"""Words spelt in emoji.

`enclosed` writes letters in boxes and circles, most of which the normaliser reads. `pictured` is independent of it:
pictures that look like a letter or begin with its sound, and keycaps for leet digits.
"""

from __future__ import annotations

from random import Random

from comity.evaluate.perturb.letters import rows, substitute

_PICTURED_SHARE = 0.6

_REGIONAL = 0x1F1E6
_ENCLOSED = (
    _REGIONAL,
    0x24B6,  # circled capitals
    0x24D0,  # circled small letters
    0x249C,  # in parentheses
    0x1F130,  # squared
    0x1F150,  # circled, light on dark
    0x1F170,  # squared, light on dark
)

_PICTURES = rows("""
a 🅰️ 🔺 ⛺ 4️⃣
b 🅱️ 🐝 8️⃣
c ©️ 🌙
d 🌛 ▶️
e 📧 3️⃣ 💶
f 🎏 🚩
g 9️⃣ 6️⃣
h ♓ #️⃣
i ℹ️ 1️⃣ ❗ 🕯️
j 🎷 🪝
k 🎋 🤸
l 👢 🦵 📐
m Ⓜ️ ♏ ♍
n ♑ 📈 🎵
o ⭕ 🅾️ 0️⃣ 🌕 🍩
p 🅿️ 🏳️
q 🔍 🍳
r ®️ 🌱
s 💲 5️⃣ 🐍 ⚡
t 🌴 7️⃣
u ⛎ 🧲
v ♈ ✌️ 🔽
w 〰️ 🔱
x ❌ ✖️ ❎
y 💴 🪃 🌵
z 💤 2️⃣
""")


def enclosed(word: str, random: Random) -> str:
    """One sort of enclosed letters throughout a word; regional indicators are kept from joining to flags."""
    first = random.choice(_ENCLOSED)
    after = random.choice((" ", "\u200b", "\u200c")) if first == _REGIONAL else ""
    letters = {ord("a") + place: chr(first + place) + after for place in range(26)}
    capitals = {ord("A") + place: chr(first + place) + after for place in range(26)}
    return word.translate(letters | capitals).removesuffix(after)


def pictured(word: str, random: Random) -> str:
    return substitute(word, _PICTURES, _PICTURED_SHARE, random)
