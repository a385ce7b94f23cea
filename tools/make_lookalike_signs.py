"""Regenerates src/comity/detect/data/lookalike_signs.tsv: signs, runs of signs and foreign letters that look like a
Latin letter, with how much.

    apt-get download fonts-unifont && dpkg-deb -x fonts-unifont_*.deb unifont
    pip install pillow fonttools numpy
    python tools/make_lookalike_signs.py DejaVuSans.ttf unifont/usr/share/fonts/opentype/unifont/unifont.otf

No list of disguises is read or written here. Every character outside the Latin letters, and every run of two to four
ASCII signs, is drawn in a font and laid over the drawings of the 52 letters, upright and mirrored. The likeness is the
correlation of the blurred pictures, less a penalty for other proportions.
"""

from __future__ import annotations

import string
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

TARGET = Path(__file__).parents[1] / "src/comity/detect/data/lookalike_signs.tsv"
SIZE = 40
GRID = 20
BLURS = (1.2, 2.4)
LEAST = 0.6
LEAST_OF_RUN = 0.58
MOST_LETTERS = 4
MIRRORED = 0.08
PROPORTIONS = 0.1
SHORTEST = 0.55  # of the height of a small letter
SIGNS = "|/\\_-()[]{}<>^~=+*!1230678IJVvclrn"
STROKES = "|/\\_-()"
HEADER = """\
# What looks like a Latin letter. Columns: letter, likeness in hundredths, the look-alikes, parted by spaces.
# Measured on the glyphs of DejaVu Sans and, for what that lacks, GNU Unifont, by tools/make_lookalike_signs.py.
"""


class Pictures:
    """Likeness of drawings in one font to the 52 letters in the same font."""

    def __init__(self, path: str) -> None:
        self._font = ImageFont.truetype(path, SIZE)
        self.characters = frozenset(TTFont(path).getBestCmap())
        upright = [self._drawn(letter) for letter in string.ascii_letters]
        mirrored = [self._drawn(letter, mirror=True) for letter in string.ascii_letters]
        self._letters = np.array([picture for picture, _, _ in upright])
        self._mirrored = np.array([picture for picture, _, _ in mirrored])
        self._ratios = np.array([width / height for _, width, height in upright])
        self._heights = np.array([height for _, _, height in upright])

    def likeness(self, text: str) -> dict[str, float]:
        """Small letter to its best likeness; empty where nothing much is drawn."""
        drawn = self._drawn(text)
        if drawn is None or drawn[2] < SHORTEST * self._heights.min():
            return {}
        picture, width, height = drawn
        alike = np.maximum(self._letters @ picture, self._mirrored @ picture - MIRRORED)
        alike -= PROPORTIONS * np.abs(np.log(width / height / self._ratios))
        alike -= PROPORTIONS * np.abs(np.log(height / self._heights))
        best: dict[str, float] = {}
        for letter, found in zip(string.ascii_letters.lower(), alike.tolist(), strict=True):
            best[letter] = max(found, best.get(letter, 0.0))
        return best

    def _drawn(self, text: str, *, mirror: bool = False) -> tuple[np.ndarray, int, int] | None:
        image = Image.new("L", (SIZE * (len(text) + 2), SIZE * 2), 0)
        end = 0
        for sign in text:  # side by side without the space that fonts leave between signs
            glyph = Image.new("L", (SIZE * 3, SIZE * 2), 0)
            ImageDraw.Draw(glyph).text((SIZE // 2, SIZE // 3), sign, font=self._font, fill=255)
            box = glyph.getbbox()
            if box is None:
                return None
            image.paste(glyph.crop((box[0], 0, box[2], SIZE * 2)), (end, 0))
            end += box[2] - box[0] + 1
        box = image.getbbox()
        if box is None:
            return None
        cut = image.crop(box).resize((GRID, GRID), Image.Resampling.BILINEAR)
        cut = ImageOps.expand(ImageOps.mirror(cut) if mirror else cut, 3)
        layers = []
        for blur in BLURS:
            layer = np.asarray(cut.filter(ImageFilter.GaussianBlur(blur)), float).ravel()
            layer = layer - layer.mean()
            norm = np.linalg.norm(layer)
            if not norm:
                return None
            layers.append(layer / norm)
        return np.concatenate(layers) / np.sqrt(len(BLURS)), box[2] - box[0], box[3] - box[1]


def single_characters(characters: Iterable[int]) -> Iterator[str]:
    """Those that stay as they are under NFKC and are neither Latin letters nor parts of a large syllabary."""
    for code in sorted(characters):
        char = chr(code)
        if unicodedata.category(char)[0] not in "LNSP" or 0xA000 <= code < 0xA4D0 or 0xAC00 <= code < 0xD7B0:
            continue
        if 0x3400 <= code < 0x4E00 or char in string.ascii_letters or code in range(0x4E00, 0xA000):
            continue
        if unicodedata.normalize("NFKC", char) == char:
            yield char


def few_strokes(characters: Iterable[int]) -> Iterator[str]:
    """Ideographs are drawn too, as people do borrow the simple ones."""
    yield from (chr(code) for code in sorted(characters) if 0x4E00 <= code < 0xA000)


def main(sans: str, unifont: str) -> None:
    first, second = Pictures(sans), Pictures(unifont)
    rows: defaultdict[tuple[str, int], list[str]] = defaultdict(list)

    def keep(text: str, alike: dict[str, float], least: float) -> None:
        best = sorted(alike.items(), key=lambda pair: -pair[1])[:MOST_LETTERS]
        for letter, likeness in best:
            if likeness >= least:
                rows[letter, round(likeness * 20) * 5].append(text)

    for char in single_characters(first.characters):
        keep(char, first.likeness(char), LEAST)
    for char in single_characters(second.characters - first.characters):
        keep(char, second.likeness(char), LEAST)
    for char in few_strokes(second.characters - first.characters):
        keep(char, second.likeness(char), LEAST)
    for length, signs in ((2, SIGNS), (3, SIGNS), (4, STROKES)):
        for run in map("".join, product(signs, repeat=length)):
            if sum(map(str.isalpha, run)) < (length + 1) / 2 or length == 2:
                keep(run, first.likeness(run), LEAST_OF_RUN + 0.05 * (length - 2))
    lines = [f"{letter}\t{likeness}\t{' '.join(texts)}" for (letter, likeness), texts in sorted(rows.items())]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
