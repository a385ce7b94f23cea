"""What something simple reaches on the same rows, for a score means little without it: flagging everything, flagging
nothing, the packaged word list, and a logistic regression on TF-IDF that learned from the suite's own training rows.

Nothing here depends on what is put to the test, so floors are kept in a folder for the next run.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from math import isnan
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from comity.errors import InputError, MissingExtra
from comity.evaluate.cases import Cases, load
from comity.evaluate.linear import Linear, cut, has_both
from comity.evaluate.measure import Sample, fixed_threshold
from comity.evaluate.metrics import FEWEST, Floats, auprc, f1_at, macro_f1_at, roc_auc
from comity.evaluate.pool import Pool
from comity.evaluate.result import Floor
from comity.evaluate.subjects import open_subject
from comity.evaluate.suite import Suite
from comity.evaluate.suite_rows import SuiteRows

TRAIN_CAP = 20_000
LEARNED, POOLED = "TF-IDF + LR", "TF-IDF + LR (pooled)"
NO_ROWS = "no training rows"
_TOO_FEW = f"fewer than {FEWEST} annotated rows"
_ONE_KIND = "training rows of one kind only"
_CODE = 2
"""Counts the versions of this file, `pool.py` and `linear.py`: floors of another one are measured anew."""
_KEPT = TypeAdapter(dict[str, tuple[Floor, ...]])

ByTarget = dict[str, tuple[Floor, ...]]
Scorer = Callable[[Cases], Mapping[str, Floats]]
"""Target → the scores of rows, float (n,); a target that it cannot score is left out."""

log = logging.getLogger(__name__)


class Floors:
    """suites: those of the report, with their files. One that has no training rows learns from those of the others in
    its language, but never from its own file. train_cap: how many rows teach, drawn by a hash of their ids; of a pool,
    twice as many. cache: the folder, COMITY_CACHE or ~/.cache/comity if None.
    """

    def __init__(
        self,
        suites: Sequence[tuple[Suite, Path]],
        data_root: Path | None,
        *,
        train_cap: int = TRAIN_CAP,
        cache: Path | None = None,
    ) -> None:
        self._data_root = data_root
        self._train_cap = train_cap
        self._pool = Pool(suites, data_root, cap=2 * train_cap)
        self._folder = (cache or cache_folder()) / "floors"

    def of(self, rows: SuiteRows) -> ByTarget:
        """Target → its floors on the test rows, at the threshold of the calibration rows, else at 0.5.

        A floor that cannot be measured says why not.
        """
        identity = [rows.digest, self._train_cap, _CODE, version("comity"), _learner()]
        own = self._kept(rows, ["own", *identity], self._own)
        if any(floors[-1].why_not != NO_ROWS for floors in own.values()):
            return own
        others = ["pooled", *identity, *self._pool.identity(rows.suite, rows.path)]
        pooled = self._kept(rows, others, self._pooled)
        return {target: (*floors[:-1], *pooled[target]) for target, floors in own.items()}

    def _own(self, rows: SuiteRows) -> ByTarget:
        targets = rows.suite.scenario.targets
        words = open_subject("baseline:word-list")

        def flag(score: float) -> Scorer:
            return lambda cases: dict.fromkeys(targets, np.full(len(cases), score))

        def find_words(cases: Cases) -> dict[str, Floats]:
            answers = words.answer(cases.items)
            found = {name: answers.score(target.criteria) for name, target in targets.items()}
            return {name: score for name, score in found.items() if score is not None}

        return _joined(
            _measured("flag all", flag(1.0), rows),
            _measured("flag none", flag(0.0), rows),
            _measured("word list", find_words, rows, "the list has no words for it"),
            self._learned(rows),
        )

    def _learned(self, rows: SuiteRows) -> ByTarget:
        if not any(map(has_both, rows.test.truth.values())):
            return _unmeasured(LEARNED, rows, "annotated rows of one kind only")
        if not _learner():
            return _unmeasured(LEARNED, rows, _missing())
        try:
            train = load(rows.suite, "train", path=rows.path, data_root=self._data_root, cap=self._train_cap)
        except InputError as error:
            return _unmeasured(LEARNED, rows, f"its training rows cannot be read: {error.what}")
        if not len(train):
            return _unmeasured(LEARNED, rows, NO_ROWS)
        targets = [name for name, truth in train.truth.items() if has_both(truth)]
        if not targets:
            return _unmeasured(LEARNED, rows, _ONE_KIND)
        linear = Linear(0).fit(cut(train.texts), np.stack([train.truth[name] for name in targets], axis=1))

        def score(cases: Cases) -> dict[str, Floats]:
            return dict(zip(targets, linear.scores(cut(cases.texts)).T.astype(float), strict=True))

        return _measured(LEARNED, score, rows, _ONE_KIND)

    def _pooled(self, rows: SuiteRows) -> ByTarget:
        def score(cases: Cases) -> Mapping[str, Floats]:
            return self._pool.scores(rows.suite, rows.path, cases.texts)

        return _measured(POOLED, score, rows, f"{NO_ROWS}, its own or others'")

    def _kept(
        self, rows: SuiteRows, identity: Sequence[object], find: Callable[[SuiteRows], ByTarget]
    ) -> ByTarget:
        digest = blake2b(json.dumps(identity).encode(), digest_size=12).hexdigest()
        file = self._folder / f"{rows.suite.suite}-{digest}.json"
        try:
            return _KEPT.validate_json(file.read_bytes())
        except (OSError, ValidationError):
            found = find(rows)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = file.with_suffix(f".{os.getpid()}")
            beside.write_bytes(_KEPT.dump_json(found))
            beside.replace(file)
        except OSError as error:
            log.warning("floors are not kept for the next run: %s", error)
        return found


def cache_folder() -> Path:
    """Where what can be computed again is kept."""
    return Path(os.environ.get("COMITY_CACHE") or "~/.cache/comity").expanduser()


def _measured(name: str, score: Scorer, rows: SuiteRows, why_not: str = "") -> ByTarget:
    """`why_not` is said of the targets that `score` leaves out."""
    test, calibration = rows.test, rows.calibration
    enough = {target for target, truth in test.truth.items() if np.isfinite(truth).sum() >= FEWEST}
    if not enough:
        return _unmeasured(name, rows, _TOO_FEW)
    scores = score(test)
    calibrating = score(calibration) if len(calibration) else {}
    floors: ByTarget = {}
    for target, truth in test.truth.items():
        if target not in scores or target not in enough:
            floors[target] = (Floor(name=name, why_not=_TOO_FEW if target in scores else why_not),)
            continue
        fixed = Sample(calibration.truth[target], calibrating[target]) if target in calibrating else None
        floors[target] = (_floor(name, truth, scores[target], fixed_threshold(fixed).value),)
    return floors


def _unmeasured(name: str, rows: SuiteRows, why_not: str) -> ByTarget:
    return {target: (Floor(name=name, why_not=why_not),) for target in rows.test.truth}


def _floor(name: str, truth: Floats, score: Floats, threshold: float) -> Floor:
    return Floor(
        name=name,
        roc_auc=_defined(roc_auc(truth, score)),
        auprc=_defined(auprc(truth, score)),
        f1=_defined(f1_at(threshold)(truth, score)),
        macro_f1=_defined(macro_f1_at(threshold)(truth, score)),
    )


def _joined(*parts: ByTarget) -> ByTarget:
    return {target: tuple(floor for part in parts for floor in part[target]) for target in parts[0]}


def _defined(value: float) -> float | None:
    return None if isnan(value) else value


def _learner() -> str:
    """The version of scikit-learn; empty if it is not there."""
    try:
        return version("scikit-learn")
    except PackageNotFoundError:
        return ""


def _missing() -> str:
    error = MissingExtra("scikit-learn", "evaluate")
    return f"{error.what}. {error.next_step}"
