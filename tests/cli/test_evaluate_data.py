"""`comity evaluate data`: duplicates, platforms, density."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from comity.evaluate.hygiene.cross_platform import platform_table
from comity.evaluate.suite import find_suite
from tests.evaluate.report.made import run_folder, scored

RUDE, KIND = "what an idiot, number", "what a lovely garden, number"
SUITE = """
suite: {name}
summary: Is it an insult?
kind: post
scenario:
  data: {name}.csv
  licence: CC0
  languages: [en]
  targets:
    insult: {{read: insult, criteria: [insult]}}
"""


def answers(rude):
    """As each of the data sets that the questions below read writes it."""
    named = {"subtask_a": "OFF" if rude else "NOT"}
    kinds = ("IdentityDirectedAbuse", "PersonDirectedAbuse", "AffiliationDirectedAbuse")
    return named | dict.fromkeys(("soft_label_1", "toxic", "hostile", "is_toxic", *kinds), int(rude))


def write(root, suite, rows=60, more=""):
    """The data of a packaged suite: as many training and test rows, every other one rude, each with `more` words."""
    records = [
        {
            "id": f"{split}-{number}",
            "text": f"{RUDE if number % 2 else KIND} {number} {split} {more}",
            "split": split,
            "labels": json.dumps(answers(number % 2)),
        }
        for split in ("train", "test")
        for number in range(rows)
    ]
    file = root / find_suite(suite)[0].scenario.data
    file.parent.mkdir(exist_ok=True)
    pd.DataFrame(records).to_parquet(file)


@pytest.fixture
def data(tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    return root


def lines(done):
    assert done.returncode == 0, done.stderr
    return [
        json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        for line in done.stdout.splitlines()
    ]


class TestDuplicates:
    @pytest.fixture
    def forum(self, tmp_path, data):
        """Of 40 test rows one stands in the training rows word for word and one nearly so."""
        (tmp_path / "forum.yaml").write_text(SUITE.format(name="forum"))
        rows = ["id,text,split,insult"]
        for number in range(40):
            subject = chr(97 + number % 20) * 9 + chr(98 + number // 20) * 9
            rows.append(f"train-{number},{subject} grows in the east bed of the garden,train,0")
            rows.append(f"test-{number},nobody has asked {subject[::-1]} to water the lawn today,test,0")
        rows.append("train-x,You absolute walnut learn to prune the roses before May,train,1")
        rows.append("test-x,You absolute walnut learn to prune the roses before May,test,1")
        rows.append("test-y,You absolute walnut!! learn to prune the roses before MAY,test,1")
        (data / "forum.csv").write_text("\n".join(rows))
        return ("--suite", "forum.yaml", "--data", str(data))

    def test_they_are_counted(self, comity, forum):
        (found,) = lines(comity("evaluate", "data", "duplicates", *forum, "--json"))
        assert found == {"train": "forum", "test": "forum", "test_rows": 42, "near": 2, "exact": 2}
        assert "forum" in comity("evaluate", "data", "duplicates", *forum).stdout

    def test_the_report_of_a_run_tells_of_them(self, comity, forum, tmp_path):
        run_folder(tmp_path / "run", scored())
        assert lines(comity("evaluate", "data", "duplicates", *forum, "--run", "run", "--json"))
        (report,) = lines(comity("evaluate", "show", "run", "--json"))
        assert [pair["near"] for pair in report["duplicates"]] == [2]
        assert "Near-duplicates" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


class TestPlatforms:
    def test_each_is_left_out_once(self, comity, data):
        for suites in platform_table()["offence"].values():
            for suite in suites:
                write(data, suite)
        told = lines(comity("evaluate", "data", "platforms", "offence", "--data", str(data), "--json"))
        assert [row["platform"] for row in told] == [*platform_table()["offence"]]
        assert all(row["own"]["value"] == row["others"]["value"] == 1 for row in told)
        assert [row["positives"] for row in told] == [60, 30, 30, 30, 30], "Twitter has two data sets"

    def test_a_question_that_nobody_asks_is_a_mistake(self, comity, data):
        done = comity("evaluate", "data", "platforms", "envy", "--data", str(data))
        assert (done.returncode, "hate or offence" in done.stderr) == (2, True)


class TestDensity:
    def test_it_stands_beside_what_the_baseline_reaches(self, comity, data):
        write(data, "da-dkhate", more="and a tomato " * 150)  # fewer features make no number
        density = ("evaluate", "data", "density", "--lang", "da", "--data", str(data))
        first, *forecasts = lines(comity(*density, "--json"))
        assert (first["data_set"], first["roc_auc"]) == ("da-dkhate", 1.0)
        assert all(0 < value < 1 for value in first["by_kind"].values())
        assert {(one["data_sets"], one["correlation"]["value"]) for one in forecasts} == {(1, None)}
        table = comity(*density).stdout
        assert "da-dkhate" in table
        assert "nan" not in table


@pytest.mark.parametrize("command", ["duplicates", "platforms", "density"])
@pytest.mark.parametrize("folder", ["nowhere", None])
def test_without_data_there_is_a_mistake_and_no_traceback(comity, monkeypatch, command, folder):
    monkeypatch.delenv("COMITY_DATA", raising=False)
    done = comity("evaluate", "data", command, *(("--data", folder) if folder else ()))
    assert done.returncode == 2
    assert "data folder" in done.stderr
    assert "Traceback" not in done.stderr
