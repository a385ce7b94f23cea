"""The rows of a suite that a subject is asked about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from comity.errors import InputError
from comity.evaluate.cases import Cases, data_file, load
from comity.evaluate.suite import Suite

CAP = 500
_CALIBRATION = 400


@dataclass(frozen=True, slots=True)
class Options:
    """`cap`: the most test rows of a data set that are asked (None: all). Of calibration rows half as many are, but 400
    if that is fewer, so that rare classes are among them. Of packaged texts all are asked, and of functional tests and
    disguises, which need every case, as many as the suite says.
    """

    data_root: Path | None = None
    cap: int | None = CAP
    seed: int = 0

    def caps(self, suite: Suite) -> tuple[int | None, int | None]:
        """Test rows and calibration rows."""
        own = None if suite.scenario.texts or suite.kind in ("functional", "robustness") else self.cap
        given = [cap for cap in (own, suite.inferencer.cap) if cap is not None]
        if not given:
            return None, None
        test = min(given)
        return test, max(test // 2, min(test, _CALIBRATION))


@dataclass(frozen=True, slots=True)
class SuiteRows:
    """`path` is the suite's own file; `digest` changes with the suite, its data and the rows drawn from it."""

    suite: Suite
    path: Path
    test: Cases
    calibration: Cases
    digest: str


def load_suite(suite: Suite, path: Path, options: Options) -> SuiteRows:
    """Raises InputError for data that is missing, unreadable, or has no test row."""
    test_cap, calibration_cap = options.caps(suite)
    test = load(suite, "test", path=path, data_root=options.data_root, cap=test_cap)
    if not len(test):
        raise InputError(
            "no row of the data is a test row of the suite",
            where=str(path),
            next_step="Look at `splits`, `languages`, `roles` and `where`, and whether `text` is filled.",
        )
    calibration = load(suite, "calibration", path=path, data_root=options.data_root, cap=calibration_cap)
    file = data_file(suite.scenario, path, options.data_root).stat()
    ids = [[row.id for row in cases.rows] for cases in (test, calibration)]
    what = json.dumps([suite.model_dump_json(), file.st_size, file.st_mtime_ns, ids])
    return SuiteRows(suite, path, test, calibration, blake2b(what.encode(), digest_size=12).hexdigest())
