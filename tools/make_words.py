"""Regenerates src/comity/detect/data/words.tsv from the texts that teach the packaged English model.

python tools/make_words.py DATA_ROOT
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from comity.detect.lexicon_file import ANY_LANGUAGE, packaged_rows
from comity.learn.recipe import read_recipe
from comity.learn.rows import load

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/comity/detect/data/words.tsv"
RECIPE = ROOT / "recipes/english-v2.yaml"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
STRETCHED = re.compile(r"([a-z])\1\1|^(.)\2+$")
LONGEST = 20
FEWEST = {2: 400, 3: 25}  # texts for a word of so many letters: most short ones are slips and initials
FEWEST_IN_TWO_SOURCES, FEWEST_IN_ONE = 5, 12
ONE_LETTER = frozenset("aiu")
HEADER = """\
# English words with how often they are written. Columns: texts that have the word, as a power of two; the words.
# Counted in the annotated texts that taught the packaged English model (docs/data.md) by tools/make_words.py.
"""


def counted(data_root: Path) -> tuple[Counter[str], dict[str, set[str]]]:
    """Texts and sources that have a word, over all rows of the sources, not only those that were drawn."""
    recipe = read_recipe(RECIPE)
    whole = [source.model_copy(update={"cap": None}) for source in recipe.sources]
    rows = load(recipe.model_copy(update={"sources": whole}), data_root, recipe_folder=RECIPE.parent)["train"]
    texts: Counter[str] = Counter()
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for text, source in zip(rows.texts, rows.source.tolist(), strict=True):
        for word in set(WORD.findall(text.lower().replace("’", "'"))):
            if word.isascii() and len(word) <= LONGEST:
                texts[word] += 1
                sources[word].add(source)
    return texts, sources


def is_word(word: str, texts: int, sources: int) -> bool:
    letters = len(word.replace("'", ""))
    if STRETCHED.search(word) and letters > 1:
        return False
    if letters == 1:
        return word in ONE_LETTER
    if letters in FEWEST:
        return texts >= FEWEST[letters]
    return texts >= FEWEST_IN_ONE or (texts >= FEWEST_IN_TWO_SOURCES and sources >= 2)


def main(data_root: str) -> None:
    texts, sources = counted(Path(data_root))
    kept = {word: count for word, count in texts.items() if is_word(word, count, len(sources[word]))}
    for entry in packaged_rows().entries:
        term = entry.term.lower().removesuffix("*")
        if entry.lang in ("en", ANY_LANGUAGE) and term.isascii() and term.isalpha() and len(term) >= 3:
            kept[term] = max(kept.get(term, 0), FEWEST_IN_TWO_SOURCES)
    powers: defaultdict[int, list[str]] = defaultdict(list)
    for word, count in kept.items():
        powers[round(math.log2(count))].append(word)
    lines = [f"{power}\t{' '.join(sorted(words))}" for power, words in sorted(powers.items(), reverse=True)]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
