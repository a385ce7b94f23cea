"""Where a run keeps what it found: a suite's result and row scores are written as soon as it is done, and a run that
was interrupted goes on with the suites that are missing.

    run.json               subject, version, cap, seed: another run is not mixed in
    suites/<suite>.json    SuiteResult
    scores/<suite>.jsonl   {"id", "group", "truth": {target: share}, "score": {target: score}} a row; null: nobody said
    report.json            Report
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from comity.errors import InputError
from comity.evaluate.metrics import Floats
from comity.evaluate.result import Duplicates, Report, SuiteResult


@dataclass(frozen=True, slots=True)
class RowScores:
    """One suite's rows: `ids` (n,), truth and score of each target, float (n,), NaN where nobody said. `groups` (n,) is
    what makes rows belong together (their template), None for a row that stands alone.
    """

    ids: tuple[str, ...]
    truth: Mapping[str, Floats]
    score: Mapping[str, Floats]
    groups: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class RunFolder:
    path: Path

    def claim(self, run: Mapping[str, str | int | None]) -> None:
        """Makes the folder this run's. Raises InputError if it is another's."""
        mark = self.path / "run.json"
        if mark.exists() and _read(mark) != dict(run):
            raise InputError(
                "the folder holds another run: subject, version, cap or seed differ",
                where=str(self.path),
                next_step="Name another folder with --output.",
            )
        for name in ("suites", "scores"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        _write(mark, json.dumps(run))

    def suite(self, name: str, digest: str) -> SuiteResult | None:
        """What an earlier start of this run found, None if the suite is still to do: nothing is kept of it, or nothing
        that can be read, or the suite or its data has changed since.
        """
        try:
            kept = (self.path / "suites" / f"{name}.json").read_bytes()
            found = SuiteResult.model_validate_json(kept)
        except (FileNotFoundError, ValidationError):
            return None
        return found if found.digest == digest else None

    def keep(self, result: SuiteResult, rows: RowScores) -> None:
        lines = [
            json.dumps(
                {"id": row, "group": group, "truth": _at(rows.truth, place), "score": _at(rows.score, place)}
            )
            for place, (row, group) in enumerate(zip(rows.ids, rows.groups, strict=True))
        ]
        _write(self.path / "scores" / f"{result.suite}.jsonl", "".join(f"{line}\n" for line in lines))
        _write(self.path / "suites" / f"{result.suite}.json", result.model_dump_json())

    def finish(self, report: Report) -> None:
        _write(self.path / "report.json", report.model_dump_json(indent=1))

    def duplicates(self) -> tuple[Duplicates, ...]:
        """Near-duplicates that were counted after an earlier start of this run; none if it left no report, or none of
        this version.
        """
        try:
            return self.report().duplicates
        except InputError:
            return ()

    def report(self) -> Report:
        """Raises InputError if the run is not finished or its report cannot be read."""
        return read_report(self.path / "report.json")

    def scores(self, suite: str) -> RowScores | None:
        """The row scores of a suite, None if the run has none. Raises InputError if they cannot be read."""
        path = self.path / "scores" / f"{suite}.jsonl"
        if not path.exists():
            return None
        try:
            records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            return RowScores(
                tuple(record["id"] for record in records),
                {name: _column(records, "truth", name) for name in _names(records, "truth")},
                {name: _column(records, "score", name) for name in _names(records, "score")},
                tuple(record.get("group") for record in records),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError("the row scores cannot be read", where=str(path)) from error


def read_report(path: Path) -> Report:
    """Raises InputError if there is no report, or none that this version can read."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(
            "there is no report",
            where=str(path),
            next_step="Start the run again with the same --output: it goes on where it stopped.",
        ) from error
    except ValidationError as error:
        raise InputError("the report is not one of this version of Comity", where=str(path)) from error


def _read(path: Path) -> object:
    """None for what is no JSON."""
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def _write(path: Path, text: str) -> None:
    """All or nothing: an interruption leaves the old file or none."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _at(columns: Mapping[str, Floats], place: int) -> dict[str, float | None]:
    return {
        name: None if np.isnan(column[place]) else float(column[place]) for name, column in columns.items()
    }


def _names(records: list[dict[str, dict[str, float | None]]], part: str) -> list[str]:
    return sorted({name for record in records for name in record[part]})


def _column(records: list[dict[str, dict[str, float | None]]], part: str, name: str) -> Floats:
    values = (record[part].get(name) for record in records)
    return np.array([np.nan if value is None else value for value in values], float)
