"""Reads the rows of every packaged suite and says whether they are what the suite says of them.

`python tools/check_suites.py --data ./data`, after a change of a suite, of how rows are read, or of the data. It prints
one line a suite; the exit code is 1 if one of them fails. It needs the extra `evaluate`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from comity.errors import ComityError
from comity.evaluate.cases import Cases, load
from comity.evaluate.reading import annotation
from comity.evaluate.suite import Suite, find_suite, packaged_suites


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of data sets")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="all if none is named")
    asked = parser.parse_args()
    failed = 0
    for name in track(asked.suites or [*packaged_suites()], "suites", console=Console(stderr=True)):
        try:
            suite, path = find_suite(name)
            test, calibration = (
                load(suite, split, path=path, data_root=asked.data) for split in ("test", "calibration")
            )
            found = [*mistakes(suite, test, calibration)]
            told = f"{len(test):,} test rows, {len(calibration):,} calibration rows"
        except ComityError as error:
            found, told = [str(error)], ""
        failed += bool(found)
        sys.stdout.write(f"{name}: {'; '.join(found) or 'fine'}{told and f' ({told})'}\n")
    return int(failed > 0)


def mistakes(suite: Suite, test: Cases, calibration: Cases) -> Iterator[str]:
    """What is wrong with the rows of a suite: each target has both answers, each field that the suite names is there,
    and no row of the test calibrates.
    """
    if not len(test):
        yield "it has no test rows"
    for target, truth in test.truth.items():
        answers = {*(truth[np.isfinite(truth)] >= 0.5).tolist()}
        if not answers:
            yield f"nobody said anything about `{target}`"
        elif len(answers) == 1 and not _may_be_one_sided(suite):
            yield f"`{target}` has one answer only"
    for name in sorted(fields_named_by(suite)):
        if not any(value is not None for value in test.field(name)):
            yield f"no row has the field `{name}`"
    if shared := {row.id for row in test.rows} & {row.id for row in calibration.rows}:
        yield f"{len(shared)} test rows calibrate"
    if who := suite.scenario.annotators:
        entries = [entry for row in test.rows for entry in row.annotations]
        if {annotation(who.read, entry) >= 0.5 for entry in entries} != {True, False}:
            yield "its annotators give one answer only"
        for field in who.by:
            if not any(field in entry for entry in entries):
                yield f"no annotation has the field `{field}`"


def fields_named_by(suite: Suite) -> set[str]:
    scenario = suite.scenario
    single = (scenario.functionality, scenario.target_group, scenario.group)
    return {*scenario.slices, *scenario.identities, *(name for name in single if name)}


def _may_be_one_sided(suite: Suite) -> bool:
    """Where all rows are harmful, the note says that recall is all there is."""
    return "recall" in suite.note or suite.kind == "over-sensitivity"


if __name__ == "__main__":
    sys.exit(main())
