"""A community's annotated texts: what its people said, and which rows teach and which test."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.content import Item
from comity.content.normalise import canonical
from comity.errors import InputError, MissingExtra
from comity.evaluate.records import read_records
from comity.limits import LIMITS
from comity.taxonomy import CATEGORIES

FOLDS = 5
SIMILAR = 0.8
"""Texts whose runs of five letters overlap by this much (Jaccard) are near-duplicates."""
_TEST_SHARE = 0.2
_HASHES, _BANDS, _SHINGLE = 64, 16, 5
_MOST_MISTAKES = 20
_OURS = ("text", "lang", "id", "split")
_SPLITS = {"train": "learn", "validation": "learn", "calibration": "learn", "test": "test"}
_WORDS = {"true": 1.0, "false": 0.0, "": np.nan}
_RULE = re.compile(r"rule:[a-z0-9]+(-[a-z0-9]+)*")

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CommunityRows:
    """`grades` maps a criterion to float (n,): 0 to 3, or a share of annotators in [0, 1]; NaN where nobody said.

    `group`, (n,), is the same for near-duplicates. `test`, (n,): the row measures, and no near-duplicate of it teaches.
    `fold`, (n,): 0 to 4, of rows that teach. `left_aside` are columns that name no criterion, `dropped` is how many
    rows were left out for a near-duplicate in the test split.
    """

    items: tuple[Item, ...]
    grades: Mapping[str, Floats]
    group: NDArray[np.int64]
    test: Bools
    fold: NDArray[np.int64]
    left_aside: tuple[str, ...] = ()
    dropped: int = 0

    def only(self, kept: Bools) -> CommunityRows:
        return CommunityRows(
            tuple(item for item, keep in zip(self.items, kept, strict=True) if keep),
            {name: column[kept] for name, column in self.grades.items()},
            self.group[kept],
            self.test[kept],
            self.fold[kept],
            self.left_aside,
            self.dropped,
        )

    def __len__(self) -> int:
        return len(self.items)


def read_community_rows(path: Path) -> CommunityRows:
    """A table (`.csv`) or objects, one a line (`.jsonl`): `text`, a column for each criterion, and optionally `lang`,
    `id` and `split` (train, validation, calibration or test; all but test teach).

    A criterion is a category or `rule:<id>`. Without `split` a fifth of the rows tests, by a hash of the text, the same
    ones when rows are added. Raises InputError that lists the mistakes with their lines, never a text; MissingExtra
    without rensa.
    """
    lines: list[int] = []
    items: list[Item] = []
    splits: list[str | None] = []
    told: list[dict[str, float]] = []
    mistakes: list[tuple[int, str]] = []
    columns: dict[str, None] = {}
    for line, record in read_records(path):
        try:
            item, split, answers = _row(record)
        except ValueError as error:
            mistakes.append((line, str(error)))
            continue
        lines.append(line)
        items.append(item)
        splits.append(split)
        told.append(answers)
        columns |= dict.fromkeys(record)
    if any(splits):
        mistakes += [
            (line, "`split` is empty") for line, split in zip(lines, splits, strict=True) if not split
        ]
    grades = {
        name: np.array([row.get(name, np.nan) for row in told]) for name in columns if _is_criterion(name)
    }
    mistakes += [mistake for name, column in grades.items() for mistake in _mixed(name, column, lines)]
    _refuse(path, sorted(mistakes), items, grades, splits)
    aside = tuple(str(name) for name in columns if not _is_criterion(name) and name not in _OURS)
    return _split(items, grades, splits, aside)


def _row(record: Any) -> tuple[Item, str | None, dict[str, float]]:
    """Raises ValueError with what is wrong, never with its content."""
    if not isinstance(record, dict):
        raise ValueError("it is no JSON object")
    text, lang, split = record.get("text"), record.get("lang") or None, record.get("split") or None
    if not isinstance(text, str) or not text.strip():
        raise ValueError("there is no text")
    if len(text) > LIMITS.text_chars:
        raise ValueError(f"the text is longer than the limit `text_chars` of {LIMITS.text_chars:,}")
    if lang is not None and not isinstance(lang, str):
        raise ValueError("`lang` is no text")
    if split is not None and split not in _SPLITS:
        raise ValueError(f"`split` is none of {', '.join(_SPLITS)}")
    if None in record:
        raise ValueError("it has more cells than the header")
    answers = {name: _grade(name, cell) for name, cell in record.items() if _is_criterion(name)}
    return Item.text(text, lang=lang), split, answers


def _grade(name: str, cell: Any) -> float:
    word = "" if cell is None else str(cell).strip().lower()
    try:
        grade = _WORDS[word] if word in _WORDS else float(word)
    except ValueError:
        grade = -1.0
    if word and not (isfinite(grade) and 0 <= grade <= 3 and (grade <= 1 or grade == int(grade))):
        raise ValueError(f"`{name}` is neither a grade (0, 1, 2, 3), a share from 0 to 1, nor empty")
    return grade


def _mixed(name: str, column: Floats, lines: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Shares in a column of grades: a half may be half of the annotators or half a grade."""
    if (column > 1).any():
        for place in np.flatnonzero((column > 0) & (column < 1)).tolist():
            yield lines[place], f"`{name}` is a share, and in other lines it is a grade over 1"


def _is_criterion(name: object) -> bool:
    return isinstance(name, str) and (name in CATEGORIES or _RULE.fullmatch(name) is not None)


def _refuse(
    path: Path,
    mistakes: Sequence[tuple[int, str]],
    items: Sequence[Item],
    grades: Mapping[str, Floats],
    splits: Sequence[str | None],
) -> None:
    if mistakes:
        listed = "; ".join(f"line {line}: {what}" for line, what in mistakes[:_MOST_MISTAKES])
        more = f"; and {len(mistakes) - _MOST_MISTAKES} more" if len(mistakes) > _MOST_MISTAKES else ""
        raise InputError(listed + more, where=str(path))
    if not items:
        raise InputError("it has no rows", where=str(path))
    if not grades:
        raise InputError(
            "no column is named after a criterion",
            where=str(path),
            next_step=f"Name it rule:<id of a rule of your policy>, or one of {', '.join(CATEGORIES)}.",
        )
    if any(splits) and "test" not in splits:
        raise InputError(
            "no row is in the split `test`",
            where=str(path),
            next_step="Mark about a fifth of the rows, or leave the column out.",
        )


def _split(
    items: Sequence[Item], grades: Mapping[str, Floats], splits: Sequence[str | None], aside: tuple[str, ...]
) -> CommunityRows:
    group, keys = near_duplicates([item.parts[0].text for item in items])
    if any(splits):
        says_test = np.array([split == "test" for split in splits])
        tests = set(group[says_test].tolist())
        test = np.array([number in tests for number in group.tolist()])
    else:
        says_test = test = np.array([_share(key, b"split") < _TEST_SHARE for key in keys])[group]
    fold = np.array([int(_share(key, b"fold") * FOLDS) for key in keys])[group]
    kept = test == says_test
    rows = CommunityRows(tuple(items), grades, group, test, fold, aside, int((~kept).sum()))
    return rows.only(kept)


def _share(key: str, salt: bytes) -> float:
    """In [0, 1), the same for the same key."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6, salt=salt).digest()
    return int.from_bytes(digest) / 2**48


def near_duplicates(texts: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """The number of each text's group, (n,), and for each group its first text in alphabetical order, as compared.

    Texts are compared without case and marks; MinHash finds candidates ("On the Resemblance and Containment of
    Documents", 1997), which are then compared exactly. Raises MissingExtra without rensa.
    """
    try:
        from rensa import RMinHash, RMinHashLSH
    except ImportError as error:
        raise MissingExtra("rensa", "evaluate") from error
    compared = [_comparable(text) for text in texts]
    known = sorted(set(compared))
    sketches = RMinHash.from_token_sets([list(_shingles(text)) for text in known], num_perm=_HASHES, seed=1)
    index = RMinHashLSH(threshold=SIMILAR, num_perm=_HASHES, num_bands=_BANDS)
    index.insert_many(sketches, 0)
    leader = list(range(len(known)))
    for place, candidates in enumerate(index.query_all(sketches)):
        for other in candidates:
            ours, theirs = _leader(leader, place), _leader(leader, other)
            if ours != theirs and _similar(known[place], known[other]):
                leader[max(ours, theirs)] = min(ours, theirs)
    members: dict[int, list[int]] = defaultdict(list)
    for place in range(len(known)):
        members[_leader(leader, place)].append(place)
    number = {known[place]: group for group, places in enumerate(members.values()) for place in places}
    return np.array([number[text] for text in compared], np.int64), [known[first] for first in members]


def _leader(leader: list[int], place: int) -> int:
    while leader[place] != place:
        leader[place] = leader[leader[place]]
        place = leader[place]
    return place


def _comparable(text: str) -> str:
    """Words in lower case, one space between them; a text without any (emoji) as it is read."""
    reading = canonical(text).text.casefold()
    return " ".join(re.findall(r"[^\W_]+", reading)) or reading


def _shingles(text: str) -> set[str]:
    return {text[start : start + _SHINGLE] for start in range(max(1, len(text) - _SHINGLE + 1))}


def _similar(one: str, other: str) -> bool:
    ours, theirs = _shingles(one), _shingles(other)
    shared = len(ours & theirs)
    return shared >= SIMILAR * (len(ours) + len(theirs) - shared)


def shares(grades: Iterable[float], most: int) -> Floats:
    """(n, most): the share of annotators who give at least grade 1, ..., `most`; a share is one of grade 1."""
    column = np.array(list(grades))[:, None]
    reached: Floats = np.clip(column - np.arange(most), 0, 1)
    return reached
