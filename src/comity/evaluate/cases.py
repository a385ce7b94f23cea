"""The rows of a suite: items to judge, and what is known of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from comity.evaluate.records import read_records
from comity.evaluate.suite import PACKAGED, Annotators, Scenario, Split, Suite, Target
from comity.evaluate.templates import expand

TEXTS = Path(__file__).parent / "texts"
_SEED = 1
_IN_WORDS = ("id", "text", "lang", "role")
_TRANSLATE = "Translate it with `values`, as in {field: removed, values: {yes: 1, no: 0}}."


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
    kept = []
    for row, record in records:
        with _located(row, "has `labels` or `extra` that are no JSON object", path):
            fields = _fields(scenario, record)
        if fields is not None:
            kept.append((row, record, fields))
    total = len(kept)
    if cap is not None and total > cap:
        kept = sorted(kept, key=lambda known: _place(known[0]))[:cap]
    mentions = {name: _any_of(words) for name, words in scenario.mentions.items()}
    for _, record, fields in kept:
        fields |= {name: int(bool(words.search(record["text"]))) for name, words in mentions.items()}
    rows = []
    for row, record, fields in kept:
        with _located(row, "has a `context`, `spans` or `annotations` that cannot be read", path):
            rows.append(_case(row, record, fields, thread=suite.inferencer.thread))
    truth = {name: _truth(name, target, rows, path) for name, target in scenario.targets.items()}
    if scenario.annotators:
        _check_annotators(scenario.annotators, rows, path)
    return Cases(tuple(rows), truth, total)


def _truth(name: str, target: Target, rows: Sequence[Case], path: Path) -> Floats:
    said = np.full(len(rows), np.nan)
    for place, row in enumerate(rows):
        with _located(row.id, f"answers `{name}` with something that is no number", path, _TRANSLATE):
            said[place] = annotation(target.read, row.fields)
    return said


def _check_annotators(asked: Annotators, rows: Sequence[Case], path: Path) -> None:
    """Their entries are read only once the subject has answered, which is late for a mistake in them."""
    for row in rows:
        with _located(row.id, "has an annotator whose answer is no number", path, _TRANSLATE):
            for entry in row.annotations:
                annotation(asked.read, entry)


@contextmanager
def _located(row: str, problem: str, path: Path, next_step: str = "") -> Iterator[None]:
    """What cannot be read becomes an InputError that names the row, and not its content."""
    try:
        yield
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"row `{row}` {problem}", where=str(path), next_step=next_step) from None


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
    return _parquet(file) if file.suffix == ".parquet" else _lines(file)


def _parquet(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        import pandas as pd

        frame = pd.read_parquet(file)
    except ImportError as error:
        raise MissingExtra(error.name or "pandas", "evaluate") from error
    except (OSError, ValueError) as error:
        raise InputError("it is no Parquet file", where=str(file)) from error
    for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        yield {str(name): value for name, value in record.items()}


def _lines(file: Path) -> Iterator[Mapping[str, Any]]:
    """Of a table, cells that hold a number are numbers, empty ones are absent, and what is said is said in words."""
    for number, record in read_records(file):
        if record is None:
            raise InputError("it is no JSON object", where=f"{file}:{number}")
        if file.suffix == ".csv":
            record = {
                name: value if name in _IN_WORDS else _number(value)
                for name, value in record.items()
                if name is not None and value not in ("", None)
            }
        yield record


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
