"""The training rows of several suites together, for suites that have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import isfinite
from pathlib import Path

import numpy as np

from comity.errors import InputError
from comity.evaluate.cases import data_file, load
from comity.evaluate.linear import Linear, cut, has_both
from comity.evaluate.metrics import Floats
from comity.evaluate.suite import Suite

_MOST_OF_ONE = 2_000
_FITTED_KEPT = 3


@dataclass(frozen=True, slots=True)
class _Member:
    suite: Suite
    path: Path
    file: Path


@dataclass(frozen=True, slots=True)
class _Row:
    """`annotations` maps a criterion to the share who say that it holds."""

    id: str
    text: str
    annotations: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Fitted:
    criteria: tuple[str, ...]
    linear: Linear


class Pool:
    """One logistic regression on TF-IDF a criterion. A suite asks those that learned from the suites in its own main
    language that read another file; each of them gives up to 2,000 training rows, and all together `cap`.

    A yes to a target counts for the first of its criteria, a no for each of them, unless the suite has a target of
    fewer criteria for one. A suite whose data cannot be read teaches nothing. Near-duplicates across files are not
    looked for.
    """

    def __init__(self, suites: Sequence[tuple[Suite, Path]], data_root: Path | None, *, cap: int) -> None:
        self._data_root = data_root
        self._cap = cap
        self._members = tuple(self._present(suites))
        self._rows: dict[str, list[_Row]] = {}
        self._fitted: dict[tuple[str, ...], _Fitted | None] = {}

    def identity(self, suite: Suite, path: Path) -> list[str | int]:
        """What tells the teachers of `suite` from others, or from the same with other data."""
        teachers = [(one.suite.model_dump_json(), one.file.stat()) for one in self._teachers(suite, path)]
        return [part for document, file in teachers for part in (document, file.st_size, file.st_mtime_ns)]

    def scores(self, suite: Suite, path: Path, texts: Sequence[str]) -> dict[str, Floats]:
        """Target → the highest score of its criteria, float (n,); a target of which nothing was taught is left out."""
        fitted = self._fit(self._teachers(suite, path))
        if fitted is None:
            return {}
        columns = dict(zip(fitted.criteria, fitted.linear.scores(cut(texts)).T.astype(float), strict=True))
        known = {
            name: [columns[criterion] for criterion in target.criteria if criterion in columns]
            for name, target in suite.scenario.targets.items()
        }
        return {name: np.max(found, axis=0) for name, found in known.items() if found}

    def _present(self, suites: Sequence[tuple[Suite, Path]]) -> Iterator[_Member]:
        for suite, path in suites:
            try:
                file = data_file(suite.scenario, path, self._data_root)
            except InputError:
                continue
            if suite.scenario.data is not None:
                yield _Member(suite, path, file)

    def _teachers(self, suite: Suite, path: Path) -> list[_Member]:
        own, spoken = data_file(suite.scenario, path, self._data_root), suite.scenario.languages[0]
        return [
            member
            for member in self._members
            if member.file != own and member.suite.scenario.languages[0] == spoken
        ]

    def _fit(self, teachers: Sequence[_Member]) -> _Fitted | None:
        taught = [member for member in teachers if self._train_rows(member)]
        key = tuple(member.suite.suite for member in taught)
        if key not in self._fitted:
            while len(self._fitted) >= _FITTED_KEPT:
                del self._fitted[next(iter(self._fitted))]
            self._fitted[key] = _fit(self._merged(taught))
        return self._fitted[key]

    def _merged(self, taught: Sequence[_Member]) -> list[_Row]:
        """As many rows of each suite as fit; a row that several of them read is one, with the annotations of all."""
        share = self._cap // max(1, len(taught))
        merged: dict[tuple[Path, str], _Row] = {}
        for member in taught:
            for row in self._train_rows(member)[:share]:
                before = merged.get((member.file, row.id))
                more = {**row.annotations, **before.annotations} if before else row.annotations
                merged[member.file, row.id] = replace(row, annotations=more)
        return list(merged.values())

    def _train_rows(self, member: _Member) -> list[_Row]:
        """In the order of a hash, so that the first of them are a sample."""
        name = member.suite.suite
        if name not in self._rows:
            try:
                cases = load(
                    member.suite, "train", path=member.path, data_root=self._data_root, cap=_MOST_OF_ONE
                )
            except InputError:
                self._rows[name] = []
            else:
                columns = _annotated(member.suite, cases.truth)
                self._rows[name] = [
                    _Row(
                        row.id,
                        text,
                        {name: said[place] for name, said in columns.items() if isfinite(said[place])},
                    )
                    for place, (row, text) in enumerate(zip(cases.rows, cut(cases.texts), strict=True))
                ]
                self._rows[name].sort(key=lambda row: blake2b(row.id.encode(), digest_size=8).digest())
        return self._rows[name]


def _annotated(suite: Suite, truth: Mapping[str, Floats]) -> dict[str, Floats]:
    """Criterion → the annotations of the narrowest target that asks for it, (n,); NaN where it may be another one of
    the target's criteria that holds.
    """
    found: dict[str, Floats] = {}
    for name, target in sorted(suite.scenario.targets.items(), key=lambda item: len(item[1].criteria)):
        main, *others = target.criteria
        found.setdefault(main, truth[name])
        for criterion in others:
            found.setdefault(criterion, np.where(truth[name] >= 0.5, np.nan, truth[name]))
    return found


def _fit(rows: Sequence[_Row]) -> _Fitted | None:
    names = sorted({name for row in rows for name in row.annotations})
    columns = {name: np.array([row.annotations.get(name, np.nan) for row in rows], float) for name in names}
    taught = {name: column for name, column in columns.items() if has_both(column)}
    if not taught:
        return None
    linear = Linear(0).fit([row.text for row in rows], np.stack(list(taught.values()), axis=1))
    return _Fitted(tuple(taught), linear)
