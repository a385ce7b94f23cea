"""`comity migrate perspective`: a site's old scores become its own map and thresholds."""

from __future__ import annotations

import csv
import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from comity.cli.app import app
from comity.content import Item
from comity.detect import Outcome, Signal, Signals
from comity.errors import InputError
from comity.serve.perspective.score_maps import ScoreMaps
from tests.fakes import BrokenDetector, WordDetector


@dataclass
class Reader(WordDetector):
    """Scores a text with the number that it ends with."""

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        return [
            Signals(
                (Signal(self.criterion, float(item.parts[0].text.split()[-1]), self.name),),
                frozenset(self.criteria),
            )
            for item in items
        ]


@pytest.fixture(autouse=True)
def detectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.moderator.moderator.registered", lambda: (Reader("toxicity", {}),))


def log_of(folder: Path, rows: int = 400, attribute: str = "TOXICITY") -> Path:
    """Theirs is the square root of ours, and a little noise."""
    chance = random.Random(5)
    with (folder / "log.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["score", "date", "attribute", "text"])
        for row in range(rows):
            ours = chance.random()
            theirs = min(1.0, max(0.0, math.sqrt(ours) + chance.gauss(0, 0.01)))
            writer.writerow([f"{theirs:.4f}", "2026-11-02", attribute, f"comment {row}, no. {ours:.4f}"])
    return folder / "log.csv"


def migrate(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["migrate", "perspective", *map(str, arguments)])


def test_the_map_that_is_written_is_the_one_the_server_loads(tmp_path: Path):
    output = tmp_path / "map.yaml"
    result = migrate(log_of(tmp_path), "--output", output)
    assert result.exit_code == 0
    assert f"COMITY_PERSPECTIVE_MAP={output}" in result.stderr
    toxicity = ScoreMaps.load(output).of("TOXICITY")
    for ours in (0.1, 0.3, 0.5, 0.64, 0.8):
        assert toxicity(ours) == pytest.approx(math.sqrt(ours), abs=0.04)


def test_each_threshold_has_its_figures_on_rows_held_back(tmp_path: Path):
    result = migrate(
        log_of(tmp_path), "--output", tmp_path / "map.yaml", "--threshold", 0.8, "--threshold", 0.6, "--json"
    )
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["threshold"], row["use"]) for row in rows] == [
        (threshold, use) for threshold in (0.8, 0.6) for use in ("the map", "same rate", "best agreement")
    ]
    for row in rows:
        assert row["n"] + row["fitted_on"] == 400
        assert row["agreement_95"][0] <= row["agreement"] <= row["agreement_95"][1]
        assert row["agreement"] > 0.95
        assert row["flagged_now"] == pytest.approx(row["flagged_then"], abs=0.05)
    cuts = {row["threshold"]: row["our_score"] for row in rows if row["use"] == "same rate"}
    assert cuts == {0.8: pytest.approx(0.64, abs=0.05), 0.6: pytest.approx(0.36, abs=0.05)}


def test_people_get_a_table_and_a_plot(tmp_path: Path):
    plot = tmp_path / "plot.svg"
    result = migrate(log_of(tmp_path), "--output", tmp_path / "map.yaml", "--plot", plot)
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:]] == [
        ["TOXICITY", "0.7"],
        ["TOXICITY", "0.8"],
        ["TOXICITY", "0.9"],
    ]
    assert plot.read_text().startswith("<svg")


def test_an_existing_map_is_not_replaced_unasked(tmp_path: Path):
    output = tmp_path / "map.yaml"
    output.write_text("precious")
    result = migrate(log_of(tmp_path), "--output", output)
    assert isinstance(result.exception, InputError)
    assert output.read_text() == "precious"
    assert migrate(log_of(tmp_path), "--output", output, "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("rows", "attribute", "reason"),
    [
        (80, "TOXICITY", "80 rows could be judged; 100 or more are needed"),
        (400, "FLIRTATION", "Comity has no category for it"),
        (400, "PROFANITY", "no detector judges it in the language of these texts"),
    ],
)
def test_an_attribute_without_a_map_is_told_with_its_reason(
    tmp_path: Path, rows: int, attribute: str, reason: str
):
    result = migrate(log_of(tmp_path, rows, attribute), "--output", tmp_path / "map.yaml")
    assert f"{attribute}: no map: {reason}" in result.stderr
    assert isinstance(result.exception, InputError)
    assert not (tmp_path / "map.yaml").exists()


def test_a_detector_that_fails_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("comity.moderator.moderator.registered", lambda: (BrokenDetector("toxicity", {}),))
    result = migrate(log_of(tmp_path), "--output", tmp_path / "map.yaml")
    assert "a detector for TOXICITY failed" in str(result.exception)


@pytest.mark.parametrize(
    "header",
    [
        "comment;requested_attribute;value;id",
        "ID\tScore\tAttribute\tText",
        "\ufefftext,attribute,score",
    ],
)
def test_columns_are_found_in_any_order_and_dialect(tmp_path: Path, header: str):
    delimiter = next(mark for mark in "\t;," if mark in header)
    names = header.strip("\ufeff").lower().split(delimiter)
    values = {
        "text": "a, b\nc 0.5",
        "comment": "a, b\nc 0.5",
        "attribute": "toxicity",
        "requested_attribute": "TOXICITY",
    }
    log = tmp_path / "log.csv"
    line = delimiter.join(f'"{values.get(name, 0.5)}"' for name in names)
    log.write_text(f"{header}\r\n{line}\r\n", encoding="utf-8")
    result = migrate(log, "--output", tmp_path / "map.yaml")
    assert "TOXICITY: no map: 1 rows could be judged" in result.stderr


def test_every_mistake_is_told_with_its_line_and_without_its_content(tmp_path: Path):
    log = tmp_path / "log.csv"
    log.write_text(
        "text,attribute,score\n"
        '"two\nlines 0.5",TOXICITY,0.5\n'
        "secret 0.5,KINDNESS,0.5\n"
        "secret 0.5,TOXICITY,high\n"
        "secret 0.5,TOXICITY,1.5\n"
        "secret 0.5,TOXICITY,nan\n"
        " ,TOXICITY,0.5\n"
        "secret 0.5,TOXICITY\n"
    )
    told = str(migrate(log, "--output", tmp_path / "map.yaml").exception)
    assert "secret" not in told
    for mistake in (
        "line 4: Perspective had no such attribute",
        "line 5: the score is no number",
        "line 6: the score is not between 0 and 1",
        "line 7: the score is not between 0 and 1",
        "line 8: the text is empty",
        "line 9: the score is no number",
    ):
        assert mistake in told


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no column text and no column attribute and no column score"),
        (b"text,attribute\n", "no column score"),
        (b"text,attribute,score\nbad \xff,TOXICITY,0.5\n", "not in UTF-8"),
        (b'text,attribute,score\n"open,TOXICITY,0.5\n', "line 2: unexpected end of data"),
        (b"text,attribute,score\n", "no attribute has rows enough"),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes, what: str):
    log = tmp_path / "log.csv"
    log.write_bytes(content)
    assert what in str(migrate(log, "--output", tmp_path / "map.yaml").exception)


def test_a_missing_file_is_told(tmp_path: Path):
    assert "No such file" in str(migrate(tmp_path / "none.csv").exception)
