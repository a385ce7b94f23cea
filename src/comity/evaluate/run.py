"""A whole evaluation: suite after suite, kept as they are done, then the report."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from comity.errors import InputError
from comity.evaluate.cases import TEXTS
from comity.evaluate.cost import cost
from comity.evaluate.floors import Floors
from comity.evaluate.floors_ahead import measure_floors
from comity.evaluate.result import Report, SuiteResult
from comity.evaluate.run_folder import RunFolder
from comity.evaluate.subject import Subject
from comity.evaluate.suite import Suite
from comity.evaluate.suite_run import FloorsOf, Options, run_suite
from comity.evaluate.templates import expand

Suites = Sequence[tuple[Suite, Path]]
Watch = Callable[[str, int, int], None]


def evaluate(
    subject: Subject,
    suites: Suites,
    folder: RunFolder,
    options: Options,
    *,
    spec: str | None = None,
    floors: FloorsOf | None = None,
    watch: Watch = lambda *_: None,
) -> Report:
    """Runs the suites that `folder` does not hold yet, measures the cost, and writes the report.

    `spec` is how the subject was opened: a fresh process opens it again to measure memory. `floors` are measured here
    unless somebody does it already (`FloorsAhead.of`). `watch` is told the suite,
    and how many of how many items are asked. A suite whose data is missing is left out, and the report says so. Raises
    InputError if the folder holds another run or no suite can be run.
    """
    folder.claim(
        {"subject": subject.name, "version": subject.version, "cap": options.cap, "seed": options.seed}
    )
    done: list[SuiteResult] = []
    notes: list[str] = []
    if floors is None:
        here = Floors(suites, options.data_root)
        floors = partial(measure_floors, here, options)
    for suite, path in suites:
        try:
            done.append(_result(subject, suite, path, folder, options, floors, watch))
        except InputError as error:
            notes.append(f"{suite.suite} is left out: {error}")
    if not done:
        raise InputError("no suite could be run", where="; ".join(notes))
    report = Report(
        comity=version("comity"),
        subject=subject.name,
        version=subject.version,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=_machine(),
        cap=options.cap,
        seed=options.seed,
        suites=tuple(done),
        cost=cost(subject, _sample(), spec=spec),
        duplicates=folder.duplicates(),
        notes=tuple(notes),
    )
    folder.finish(report)
    return report


def _result(
    subject: Subject,
    suite: Suite,
    path: Path,
    folder: RunFolder,
    options: Options,
    floors: FloorsOf,
    watch: Watch,
) -> SuiteResult:
    """From the folder, if an earlier start of this run has finished the suite."""

    def tick(asked: int, of: int) -> None:
        watch(suite.suite, asked, of)

    known = folder.suite(suite.suite)
    if known is not None:
        tick(known.rows, known.rows)
        return known
    result, rows = run_suite(subject, suite, path, options, floors, tick)
    folder.keep(result, rows)
    return result


def _sample() -> list[str]:
    """Texts of our own, harmless and of mixed lengths, the same for everyone."""
    return [row["text"] for row in expand(TEXTS / "over-sensitivity.yaml", seed=0)]


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
