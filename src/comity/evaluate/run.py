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
from comity.evaluate.result import Report, SuiteResult
from comity.evaluate.run_folder import RunFolder
from comity.evaluate.subject import Subject
from comity.evaluate.suite import Suite
from comity.evaluate.suite_rows import Options, SuiteRows, load_suite
from comity.evaluate.suite_run import FloorsOf, run_suite
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
    unless somebody does it already (`FloorsAhead.of`). `watch` is told the suite, and how many of how many items are
    asked. A suite whose rows cannot be read is left out, and the report says so. Raises what the subject raises, and
    InputError if the folder holds another run or no suite can be run.
    """
    folder.claim(
        {"subject": subject.name, "version": subject.version, "cap": options.cap, "seed": options.seed}
    )
    floors = floors or Floors(suites, options.data_root).of
    done: list[SuiteResult] = []
    notes: list[str] = []
    for suite, path in suites:
        try:
            rows = load_suite(suite, path, options)
        except InputError as error:
            notes.append(f"{suite.suite} is left out: {error}")
            continue
        done.append(_result(subject, rows, folder, floors, options.seed, partial(watch, suite.suite)))
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
    rows: SuiteRows,
    folder: RunFolder,
    floors: FloorsOf,
    seed: int,
    watch: Callable[[int, int], None],
) -> SuiteResult:
    """From the folder, if an earlier start of this run has finished the suite."""
    known = folder.suite(rows.suite.suite, rows.digest)
    if known is not None:
        watch(known.rows, known.rows)
        return known
    result, scores = run_suite(subject, rows, floors, seed=seed, watch=watch)
    folder.keep(result, scores)
    return result


def _sample() -> list[str]:
    """Texts of our own, harmless and of mixed lengths, the same for everyone."""
    return [row["text"] for row in expand(TEXTS / "over-sensitivity.yaml", seed=0)]


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
