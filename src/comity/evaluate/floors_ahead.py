"""Floors measured by a second process, while the first one asks the subject: nothing of them depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

from comity.evaluate.cases import load
from comity.evaluate.floors import ByTarget, Floors
from comity.evaluate.suite import Suite
from comity.evaluate.suite_run import Options

Suites = Sequence[tuple[Suite, Path]]


class FloorsAhead:
    """suites: those of the report, of which those named in `todo` are measured, in their order.

    A script that uses it needs multiprocessing's `if __name__ == "__main__"`. If the second process dies, the first
    does its work.
    """

    def __init__(self, suites: Suites, todo: Sequence[str], options: Options) -> None:
        self._here = partial(Floors, suites, options.data_root)
        self._options = options
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(
            1, mp_context=context, initializer=_start, initargs=(suites, options.data_root)
        )
        self._futures = {
            suite.suite: self._pool.submit(_measure, suite, path, options)
            for suite, path in suites
            if suite.suite in todo
        }

    def of(self, suite: Suite, path: Path) -> ByTarget:
        """Raises InputError for rows that cannot be read."""
        try:
            return self._futures[suite.suite].result()
        except BrokenProcessPool:
            return measure_floors(self._here(), self._options, suite, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)


def measure_floors(floors: Floors, options: Options, suite: Suite, path: Path) -> ByTarget:
    """On the rows that the subject is asked about. Raises InputError for rows that cannot be read."""
    test_cap, calibration_cap = options.caps(suite)
    test = load(suite, "test", path=path, data_root=options.data_root, cap=test_cap)
    calibration = load(suite, "calibration", path=path, data_root=options.data_root, cap=calibration_cap)
    return floors.of(suite, path, test, calibration)


_floors: Floors | None = None


def _start(suites: Suites, data_root: Path | None) -> None:
    global _floors  # the second process serves one report
    _floors = Floors(suites, data_root)


def _measure(suite: Suite, path: Path, options: Options) -> ByTarget:
    assert _floors is not None
    return measure_floors(_floors, options, suite, path)
