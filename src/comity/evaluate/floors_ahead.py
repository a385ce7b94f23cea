"""Floors measured by a second process, while the first one asks the subject: nothing of them depends on it."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

from comity.evaluate.floors import ByTarget, Floors
from comity.evaluate.run import Suites
from comity.evaluate.run_folder import RunFolder
from comity.evaluate.suite import Suite
from comity.evaluate.suite_rows import Options, SuiteRows, load_suite


class FloorsAhead:
    """suites: those of the report, in the order in which they will be asked for; of those that `folder` holds already,
    or that have no targets to put floors beside, none is measured.

    A script that uses it needs multiprocessing's `if __name__ == "__main__"`. If the second process dies, the first
    does its work.
    """

    def __init__(self, suites: Suites, folder: RunFolder, options: Options) -> None:
        self._suites, self._data_root = suites, options.data_root
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(
            1, mp_context=context, initializer=_start, initargs=(suites, options.data_root)
        )
        self._futures = {
            suite.suite: self._pool.submit(_measure, suite, path, folder, options)
            for suite, path in suites
            if "targets" in suite.metrics
        }

    def of(self, rows: SuiteRows) -> ByTarget:
        """See `Floors.of`."""
        try:
            found = self._futures[rows.suite.suite].result()
        except BrokenProcessPool:
            found = None
        return self._here.of(rows) if found is None else found

    @cached_property
    def _here(self) -> Floors:
        return Floors(self._suites, self._data_root)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)


_floors: Floors | None = None


def _start(suites: Suites, data_root: Path | None) -> None:
    global _floors  # the second process serves one report
    _floors = Floors(suites, data_root)


def _measure(suite: Suite, path: Path, folder: RunFolder, options: Options) -> ByTarget | None:
    """None if nobody will ask."""
    assert _floors is not None
    rows = load_suite(suite, path, options)
    return None if folder.suite(suite.suite, rows.digest) else _floors.of(rows)
