"""Training and test rows that answer one question, from one suite or from several together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from comity.errors import NotFound
from comity.evaluate.cases import load
from comity.evaluate.linear import Linear, cut, has_both
from comity.evaluate.metrics import Floats
from comity.evaluate.suite import Split, Suite, find_suite


@dataclass(frozen=True, slots=True)
class Rows:
    """`truth` is float (n,), without NaN."""

    texts: tuple[str, ...]
    truth: Floats

    @property
    def positives(self) -> int:
        return int((self.truth >= 0.5).sum())


@dataclass(frozen=True, slots=True)
class DataSet:
    """`train` has positives and negatives, so that something can be learnt."""

    name: str
    train: Rows
    test: Rows


def once_each(suites: Iterable[Suite]) -> list[Suite]:
    """One suite for the rows that several read, so that none counts twice: where there is a choice, not one that puts
    them in disguise or asks with the thread. Suites of packaged texts are left out.
    """
    found: dict[object, Suite] = {}
    for suite in sorted(suites, key=lambda one: (bool(one.inferencer.perturbations), one.inferencer.thread)):
        scenario = suite.scenario
        if scenario.data is not None:
            rows = (scenario.data, scenario.languages[0], scenario.roles, tuple(scenario.where.items()))
            found.setdefault(rows, suite)
    return sorted(found.values(), key=lambda suite: suite.suite)


def read_data_set(
    name: str, questions: Mapping[str, str], data_root: Path | None, most: int
) -> DataSet | None:
    """The rows of `questions`, from suite to target: at most `most` to train on and as many to test on, shared out
    evenly. A suite without training rows gives its calibration half. None if there is nothing to learn.

    Raises NotFound for an unknown suite or target, and what `load` raises.
    """
    share = most // len(questions)
    train = joined(
        [
            _rows(suite, target, "train", data_root, share)
            or _rows(suite, target, "calibration", data_root, share)
            for suite, target in questions.items()
        ]
    )
    test = joined([_rows(suite, target, "test", data_root, share) for suite, target in questions.items()])
    return DataSet(name, train, test) if has_both(train.truth) else None


def joined(parts: Sequence[Rows | None]) -> Rows:
    known = [part for part in parts if part is not None]
    texts = tuple(text for part in known for text in part.texts)
    return Rows(texts, np.concatenate([part.truth for part in known] or [np.zeros(0)]))


def linear_scores(train: Rows, texts: Sequence[str], seed: int) -> Floats:
    """What the linear baseline, fitted on `train`, gives each text: float (n,)."""
    model = Linear(seed).fit(cut(train.texts), train.truth[:, None])
    return model.scores(cut(texts))[:, 0].astype(float)


def _rows(suite_name: str, target: str, split: Split, data_root: Path | None, most: int) -> Rows | None:
    suite, path = find_suite(suite_name)
    if target not in suite.scenario.targets:
        raise NotFound(f"the suite `{suite_name}` has no target `{target}`")
    cases = load(suite, split, path=path, data_root=data_root, cap=most)
    truth = cases.truth[target]
    known = np.isfinite(truth)
    texts = tuple(text for text, asked in zip(cases.texts, known, strict=True) if asked)
    return Rows(texts, truth[known]) if texts else None
