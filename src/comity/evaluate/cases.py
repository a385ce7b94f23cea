"""The rows of a suite: items to judge, and what is known of them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from comity.content import Item
from comity.content.item import ROLES
from comity.errors import InputError, MissingExtra
from comity.evaluate.metrics import Floats
from comity.evaluate.reading import annotation
from comity.evaluate.suite import PACKAGED, Scenario, Split, Suite
from comity.evaluate.templates import expand

TEXTS = Path(__file__).parent / "texts"
_SEED = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One row. `fields` are its labels and everything else that the file tells of it. `spans` are the code points that
    annotators marked, None where nobody was asked.
    """

    id: str
    item: Item
    fields: Mapping[str, Any]
    annotations: tuple[Mapping[str, Any], ...] = ()
    spans: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Cases:
    """`truth` maps each target to float (n,): the share who say that it holds, NaN where nobody said.

    `of` is how many rows there were before the cap.
    """

    rows: tuple[Case, ...]
    truth: Mapping[str, Floats]
    of: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def items(self) -> list[Item]:
        return [row.item for row in self.rows]

    @property
    def texts(self) -> list[str]:
        return [row.item.parts[0].text for row in self.rows]

    def field(self, name: str) -> list[Any]:
        return [row.fields.get(name) for row in self.rows]


def load(suite: Suite, split: Split, *, path: Path, data_root: Path | None, cap: int | None = None) -> Cases:
    """The rows of one split, at most `cap`. `path` is the suite's own file.

    Raises InputError for a missing file, column, split or an unreadable row, MissingExtra for Parquet without pandas.
    """
    scenario = suite.scenario
    records = [
        (str(record.get("id") or f"row-{number}"), record)
        for number, record in enumerate(_records(scenario, path, data_root))
        if record.get("split", "test") in scenario.splits.get(split, ())
    ]
    if split != "test":
        # One split of the file may serve for training and for calibration, half of it for each.
        halved = scenario.splits.get("calibration", ())
        records = [
            (row, record)
            for row, record in records
            if record.get("split", "test") not in halved
            or in_calibration_half(row) == (split == "calibration")
        ]
    kept = [
        (row, record, fields) for row, record in records if (fields := _fields(scenario, record)) is not None
    ]
    total = len(kept)
    if cap is not None and total > cap:
        kept = sorted(kept, key=lambda known: _place(known[0]))[:cap]
    mentions = {name: _any_of(words) for name, words in scenario.mentions.items()}
    for _, record, fields in kept:
        fields |= {name: int(bool(words.search(record["text"]))) for name, words in mentions.items()}
    rows = tuple(_case(row, record, fields, thread=suite.inferencer.thread) for row, record, fields in kept)
    truth = {
        name: np.array([annotation(target.read, row.fields) for row in rows], float)
        for name, target in scenario.targets.items()
    }
    return Cases(rows, truth, total)


def data_file(scenario: Scenario, path: Path, data_root: Path | None) -> Path:
    """The file that a scenario reads. Raises InputError if it is not there."""
    if scenario.texts is not None:
        beside = path.parent / scenario.texts
        # Beside a packaged suite there are only suites, some of them named after their texts.
        ours = path.parent == PACKAGED or not beside.is_file()
        found = TEXTS / scenario.texts if ours else beside
    else:
        beside = path.parent / str(scenario.data)
        found = beside if beside.is_file() or data_root is None else data_root / str(scenario.data)
    if not found.is_file():
        raise InputError(
            "the data of the suite is missing",
            where=str(found),
            next_step="Point --data or COMITY_DATA at the folder that holds it.",
        )
    return found


def in_calibration_half(row_id: str) -> bool:
    """Whether thresholds may be fixed on this validation row; the other half is for development."""
    return bool(blake2b(row_id.encode(), digest_size=1).digest()[0] & 1)


def _place(row_id: str) -> bytes:
    return blake2b(row_id.encode(), digest_size=8, salt=_SEED.to_bytes(2)).digest()


def _records(scenario: Scenario, path: Path, data_root: Path | None) -> Iterator[Mapping[str, Any]]:
    file = data_file(scenario, path, data_root)
    if scenario.texts is not None:
        return iter(expand(file, seed=_SEED))
    if file.suffix == ".parquet":
        return _parquet(file)
    if file.suffix == ".jsonl":
        return _json_lines(file)
    if file.suffix == ".csv":
        return _csv(file)
    raise InputError(
        "the data is in no known format", where=str(file), next_step="Use .parquet, .jsonl or .csv."
    )


def _parquet(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        import pandas as pd

        frame = pd.read_parquet(file)
    except ImportError as error:
        raise MissingExtra(error.name or "pandas", "evaluate") from error
    for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        yield {str(name): value for name, value in record.items()}


def _json_lines(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except ValueError as error:
                raise InputError("the line is no JSON", where=f"{file}:{number}") from error
            if not isinstance(record, dict):
                raise InputError("the line is no JSON object", where=f"{file}:{number}")
            yield record


def _csv(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for record in csv.DictReader(lines):
            yield {name: _number(value) for name, value in record.items() if value not in ("", None)}


def _number(value: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _fields(scenario: Scenario, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Columns, `extra` and `labels` in one, where labels win; None for a row that the scenario leaves out."""
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        return None
    spoken = record.get("lang")
    if spoken and str(spoken).partition("-")[0] not in scenario.languages:
        return None
    if scenario.roles and record.get("role") not in scenario.roles:
        return None
    fields = {**record, **_mapping(record.get("extra")), **_mapping(record.get("labels"))}
    return fields if all(fields.get(name) in allowed for name, allowed in scenario.where.items()) else None


def _mapping(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) and value.startswith("[") else value
    return list(found) if isinstance(found, Sequence | np.ndarray) and not isinstance(found, str) else []


def _case(row_id: str, record: Mapping[str, Any], fields: Mapping[str, Any], *, thread: bool) -> Case:
    role = record.get("role")
    before = _before(role, _list(record.get("context"))) if thread else ()
    item = Item.text(
        str(record["text"]),
        id=row_id,
        role=role if role in ROLES else "post",
        thread=before,  # and no language: few callers know it, so finding it is part of what is measured
    )
    marked = record.get("spans")
    return Case(
        row_id,
        item,
        fields,
        tuple(_list(record.get("annotations"))),
        None if marked is None else tuple((int(start), int(end)) for start, end in _list(marked)),
    )


def _before(role: Any, context: Sequence[Any]) -> tuple[Item, ...]:
    """The thread, oldest first. Before a prompt or a response the two speak in turn."""
    turns = {"prompt": ("response", "prompt"), "response": ("prompt", "response")}.get(role, ("post", "post"))
    back = [Item.text(str(text), role=turns[place % 2]) for place, text in enumerate(reversed(context))]
    return tuple(reversed(back))


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
