"""Test texts that also stand in training data, word for word or nearly so: what a model may know by heart.

Texts are compared in their canonical reading, in lower case and without ASCII punctuation, as sets of their runs of
five characters. MinHash ("On the Resemblance and Containment of Documents", 1997) finds candidates; their Jaccard
similarity is then computed exactly. Greetings and other very short texts coincide without having been copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from comity.content.normalise import canonical
from comity.errors import MissingExtra
from comity.evaluate.result import Duplicates

SHINGLE = 5
SIMILAR = 0.8
_HASHES, _BANDS = 64, 16  # a pair at 0.8 becomes a candidate in 99.98 % of cases, one at 0.4 in a third
_PORTION = 10_000
_ASCII_MARKS = re.compile(
    r"[\s!-/:-@\[-`{-~]+"
)  # emoji stay: texts of opposite meaning may differ by nothing else


@dataclass(frozen=True, slots=True)
class TrainTestOverlap:
    """The ids of a test file's rows that have a near-duplicate in a training file, and of those equal to one of its
    texts, which are near-duplicates too.
    """

    train: str
    test: str
    test_rows: int
    near: tuple[str, ...]
    exact: tuple[str, ...]

    def counts(self) -> Duplicates:
        return Duplicates(
            train=self.train,
            test=self.test,
            test_rows=self.test_rows,
            near=len(self.near),
            exact=len(self.exact),
        )


def near_duplicates(
    train: Iterable[tuple[str, Iterable[str]]], test: Iterable[tuple[str, Iterable[tuple[str, str]]]]
) -> Iterator[TrainTestOverlap]:
    """Every test file against every training file, one test file after another; pairs of files without a near-duplicate
    are left out.

    train: name and texts of each file. test: name and rows of each file, a row's id and text. The training texts are
    kept in memory, each once; of the test files, one at a time. Raises MissingExtra without rensa.
    """
    known = _Known()
    for name, texts in train:
        known.add(name, texts)
    for name, rows in test:
        ids, texts = [], []
        for id, text in rows:
            ids.append(id)
            texts.append(text)
        found = list(known.find(texts))
        for place, train_name in enumerate(known.names):
            near = tuple(id for id, (similar, _) in zip(ids, found, strict=True) if similar >> place & 1)
            exact = tuple(id for id, (_, equal) in zip(ids, found, strict=True) if equal >> place & 1)
            if near:
                yield TrainTestOverlap(train_name, name, len(ids), near, exact)


class _Known:
    """The different texts of all training files. A set of files is an integer with a bit for each."""

    def __init__(self) -> None:
        try:
            from rensa import RMinHash, RMinHashLSH
        except ImportError as error:
            raise MissingExtra("rensa", "evaluate") from error
        self.names: list[str] = []
        self._sketches: Any = RMinHash.from_token_sets
        self._index: Any = RMinHashLSH(threshold=SIMILAR, num_perm=_HASHES, num_bands=_BANDS)
        self._keys: dict[str, int] = {}
        self._texts: list[str] = []
        self._files: list[int] = []

    def add(self, name: str, texts: Iterable[str]) -> None:
        file = 1 << len(self.names)
        self.names.append(name)
        for portion in _portions(texts):
            first = len(self._texts)
            for text in portion:
                key = self._keys.setdefault(text, len(self._texts))
                if key == len(self._texts):
                    self._texts.append(text)
                    self._files.append(0)
                self._files[key] |= file
            self._index.insert_many(self._sketch(self._texts[first:]), first)

    def find(self, texts: Iterable[str]) -> Iterator[tuple[int, int]]:
        """For each text the files with a near-duplicate, and those with an equal text."""
        for portion in _portions(texts):
            for text, candidates in zip(portion, self._index.query_all(self._sketch(portion)), strict=True):
                key = self._keys.get(text)
                equal = 0 if key is None else self._files[key]
                yield self._similar(text, candidates, equal), equal

    def _similar(self, text: str, candidates: Iterable[int], files: int) -> int:
        """`files`, and those with a candidate that is similar enough."""
        shingles = _shingles(text)
        for candidate in candidates:
            if self._files[candidate] | files != files and _similar(shingles, self._texts[candidate]):
                files |= self._files[candidate]
        return files

    def _sketch(self, texts: Sequence[str]) -> Any:
        return self._sketches([list(_shingles(text)) for text in texts], num_perm=_HASHES, seed=1)


def _portions(texts: Iterable[str]) -> Iterator[list[str]]:
    comparable = map(_comparable, texts)
    while portion := list(islice(comparable, _PORTION)):
        yield portion


def _comparable(text: str) -> str:
    """Words in lower case, one space between them; a text without any (emoji) as it is read."""
    reading = canonical(text).text.casefold()
    return _ASCII_MARKS.sub(" ", reading).strip() or reading


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(max(1, len(text) - SHINGLE + 1))}


def _similar(shingles: set[str], text: str) -> bool:
    others = _shingles(text)
    shared = len(shingles & others)
    return shared >= SIMILAR * (len(shingles) + len(others) - shared)
