"""Texts made to break software, without end and the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random

HAND_MADE: tuple[str, ...] = (
    "",
    " ",
    "\x00",
    "\x00" * 1000,
    "\ud800",
    "a\udfffb",
    "\ud83d" * 50,
    "\ufeff\u200b\u200d\u2060",
    "\u202e" * 100 + "txt.exe",
    "\u2066\u2067\u2068" * 200,
    "e" + "\u0301" * 5000,
    "Z" + "".join(chr(0x300 + i % 112) for i in range(3000)),
    "😀" * 800,
    "👨‍👩‍👧‍👦" * 500,
    "🇩🇪" * 500,
    "\U000e0041" * 500,
    "&amp;" * 2000,
    "&" + "amp;" * 1000,
    "&#x110000; &#0; &#xD800; &nosuch;",
    "{" * 2000,
    "[" * 4_000,
    "<" * 2000 + "script>alert(1)</script>",
    "'; DROP TABLE items; --",
    "{{7*7}} ${7*7} <%= 7*7 %> %s%n",
    "a" * 99_999,
    "a" * 1_000_000,
    "a b " * 4_000,
    "i.d.i.o.t" * 500,
    "\n" * 10_000,
    "\r\n\t\v\f" * 500,
    "שלום " * 500,
    "\u0645\u0631\u062d\u0628\u0627 " * 500,
    "ｆｕｌｌｗｉｄｔｈ" * 200,
    "𝔣𝔯𝔞𝔨𝔱𝔲𝔯" * 200,
    "http://" * 500,
    "http://xn--" + "a" * 5000,
    "https://user:pass@" + "a." * 2000 + "com/" + "%00" * 200,
    "@" * 1000,
    "1" * 50_000,
    "NaN Infinity -0 1e999999",
    "\\ud800 \\x00 \\",
    "\u1680\u180e\u2000\u3000",
    "ﷺ" * 2000,
    "ྲཱྀ" * 500,
    "㍿㋿🅰🅱" * 300,
    "a\u0000b\u0001c\u001bd[31m",
)
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz ",
    "аеорсухі ",
    "\u0300\u0301\u0302\u0315\u0334\u0489",
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\ufeff",
    "😀👍🏿\u200d🇩🇪❤\ufe0f",
    "שלוםمرحبا",
    "\ud800\udbff\udc00\udfff",
    "&#x;ampltg0123456789",
    "@$!1|.-_*/\\",
    "日本語한국어ไทย",
    "\x00\x01\x1b\x7f\x85\u2028\u2029",
)


def hostile_texts(count: int) -> Iterator[str]:
    """`count` texts: the hand-made ones first, then seeded mixtures of the alphabets above."""
    yield from islice(_endless(), count)


def _endless() -> Iterator[str]:
    yield from HAND_MADE
    random = Random(20261231)
    while True:
        alphabets = random.sample(_ALPHABETS, k=random.randint(1, 3))
        pool = "".join(alphabets)
        length = int(random.paretovariate(0.9))
        yield "".join(random.choices(pool, k=min(length, 3000)))
