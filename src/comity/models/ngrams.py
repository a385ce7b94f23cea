"""Texts as hashed n-grams of words and letters: one implementation, for training a model and for running it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from comity.models.card import Ngrams

Indices = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

# Chinese and Japanese don't part words: each character counts as one.
_UNPARTED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{_UNPARTED}]|[^\W{_UNPARTED}]+")

_PRIME, _BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)  # MurmurHash3's last step
_MIX_SHIFT = np.uint64(33)
_WORD_SALT, _LETTER_SALT = 0x9E37, 0x51ED
_LAST_SPACE = 0x3000
_IS_SPACE = np.array([chr(code).isspace() for code in range(_LAST_SPACE + 2)])


@dataclass(frozen=True, slots=True)
class Grams:
    """The m n-grams of n texts, each place where one stands.

    `row`, `bucket`, `start`, `end` int64 (m,): in which text, hashed to what, from which code point to before which.
    `words` int64 (w, 3): row, start and end of each word, in the order of the texts.
    """

    row: Indices
    bucket: Indices
    start: Indices
    end: Indices
    words: Indices


@dataclass(frozen=True, slots=True)
class Features:
    """The f different n-grams of each text, by text. `row`, `bucket` int64 (f,); `value` float32 (f,).

    The value is one over the root of the number of different n-grams that the text has, so that every text has length
    one. `of` int64 (m,) maps each n-gram to its feature and `times` int64 (f,) counts those of a feature.
    """

    row: Indices
    bucket: Indices
    value: NDArray[np.float32]
    of: Indices
    times: Indices


def grams(texts: Sequence[str], ngrams: Ngrams) -> Grams:
    """The n-grams of `texts`, without regard to case.

    Words: runs of letters and digits, one to `ngrams.words` of them. Letters: `ngrams.letters` characters in a row of
    a white-space-delimited word with a space on either side. The hash of an n-gram is the same on every machine.
    """
    # `lower` makes two characters of one single letter, and offsets must hold.
    folded = [text.replace("\u0130", "i").lower() for text in texts]
    words = np.array(
        [
            (row, *word.span(), crc32(word[0].encode("utf-8", "surrogatepass")))
            for row, text in enumerate(folded)
            for word in WORD.finditer(text)
        ],
        np.int64,
    ).reshape(-1, 4)
    parts = [*_word_grams(words, ngrams), *_letter_grams(folded, ngrams)]
    row, start, end, bucket = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Grams(row, bucket, start, end, words[:, :3])


def features(found: Grams, ngrams: Ngrams) -> Features:
    keys, of, times = np.unique(
        found.row * ngrams.buckets + found.bucket, return_inverse=True, return_counts=True
    )
    row, bucket = np.divmod(keys, ngrams.buckets)
    value = 1 / np.sqrt(np.bincount(row)[row])
    return Features(row, bucket, value.astype(np.float32), of, times)


_Part = tuple[Indices, Indices, Indices, Indices]
"""row, start, end, bucket of the n-grams of one length."""


def _word_grams(words: Indices, ngrams: Ngrams) -> list[_Part]:
    row, start, end = words[:, 0], words[:, 1], words[:, 2]
    single = words[:, 3].astype(np.uint64)
    parts, hashes = [], single
    for length in range(1, ngrams.words + 1):
        if length > 1:
            hashes = (hashes[:-1] * _PRIME) ^ single[length - 1 :]
        last = slice(length - 1, None)
        first = slice(len(hashes))
        inside = row[first] == row[last]
        bucket = _bucket(hashes[inside], _WORD_SALT + length, ngrams.buckets)
        parts.append((row[first][inside], start[first][inside], end[last][inside], bucket))
    return parts


def _letter_grams(texts: Sequence[str], ngrams: Ngrams) -> list[_Part]:
    """All texts are hashed as one stream of characters, each with a space before and after it."""
    stream = np.frombuffer(f" {'  '.join(texts)} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.array([len(text) for text in texts], np.int64)
    row = np.repeat(np.arange(len(texts)), lengths + 2)
    place = np.arange(len(row)) - np.repeat(np.cumsum(lengths + 2) - lengths - 1, lengths + 2)
    space = _IS_SPACE[np.minimum(stream, _LAST_SPACE + 1)]
    again = space[1:] & space[:-1] & (row[1:] == row[:-1])
    kept = np.append(True, ~again)  # of several spaces the first
    codes, row, place, space = stream[kept].astype(np.uint64), row[kept], place[kept], space[kept]
    lengths_of = lengths[row]

    shortest, longest = ngrams.letters
    parts: list[_Part] = []
    hashes = (_BASIS ^ codes) * _PRIME
    parted = np.zeros(len(codes), bool)
    for length in range(2, longest + 1):
        hashes = (hashes[:-1] ^ codes[length - 1 :]) * _PRIME
        first, last = slice(len(hashes)), slice(length - 1, None)
        if length > 2:
            parted = parted[first] | space[length - 2 : length - 2 + len(hashes)]
        if length >= shortest:
            inside = (row[first] == row[last]) & ~parted[first]
            parts.append(
                (
                    row[first][inside],
                    np.maximum(place[first][inside], 0),
                    np.minimum(place[last][inside] + 1, lengths_of[first][inside]),
                    _bucket(hashes[inside], _LETTER_SALT + length, ngrams.buckets),
                )
            )
    return parts


def _bucket(hashes: _Hashes, salt: int, buckets: int) -> Indices:
    mixed = hashes ^ np.uint64(salt)
    for factor in (_MIX_1, _MIX_2):
        mixed = (mixed ^ (mixed >> _MIX_SHIFT)) * factor
    return ((mixed ^ (mixed >> _MIX_SHIFT)) % np.uint64(buckets)).astype(np.int64)
