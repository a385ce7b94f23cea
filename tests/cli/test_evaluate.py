"""`comity evaluate`: list, run, show, compare, gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from comity.evaluate.rule_scenarios import read_rule_scenarios

SUITE = """
suite: walnuts
summary: Is it an insult?
kind: post
scenario:
  data: walnuts.csv
  licence: CC0
  languages: [en]
  targets:
    insult: {read: insult, criteria: [insult]}
"""
JUDGES = """
def good(texts):
    return [0.9 if "walnut" in text else 0.1 for text in texts]

def poor(texts):
    return [(len(text) * 7 % 10) / 10 for text in texts]
"""


@pytest.fixture(scope="module")
def garden(tmp_path_factory):
    """A folder with a suite, its data and two judges."""
    folder = tmp_path_factory.mktemp("garden")
    (folder / "walnuts.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "judges.py").write_text(JUDGES, encoding="utf-8")
    lines = ["id,text,split,insult"]
    for split in ("train", "validation", "test"):
        lines += [
            f"{split}-{n},{'You walnut' if n % 4 == 0 else 'Nice roses'} {n},{split},{int(n % 4 == 0)}"
            for n in range(200)
        ]
    (folder / "walnuts.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def comity(garden):
    """Runs the command in the garden."""
    environment = {name: value for name, value in os.environ.items() if name != "COMITY_DATA"}
    environment["COMITY_CACHE"] = str(garden / "cache")

    def run(*arguments):
        command = [sys.executable, "-m", "comity", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=garden, env=environment
        )

    return run


@pytest.fixture(scope="module")
def runs(garden, comity):
    """The garden after both judges were put to the test."""
    for judge in ("good", "poor"):
        done = comity(
            "evaluate", "run", f"python:judges:{judge}", "--suite", "walnuts.yaml", "--output", judge
        )
        assert done.returncode == 0, done.stderr
    return garden


def test_list_names_the_packaged_suites_and_what_they_ask(comity):
    suites = {
        suite["suite"]: suite
        for line in comity("evaluate", "list", "--json").stdout.splitlines()
        for suite in [json.loads(line)]
    }
    assert {"smoke", "over-sensitivity", "olid", "openai-moderation", "ko-beep"} <= set(suites)
    assert suites["olid"]["summary"]


def test_list_can_be_narrowed(comity):
    listed = comity("evaluate", "list", "--kind", "smoke", "--lang", "en", "--json").stdout.splitlines()
    assert {json.loads(line)["suite"] for line in listed} == {"smoke", "community-rules"}


def test_a_run_prints_a_table_and_leaves_a_page(runs, comity):
    shown = comity("evaluate", "show", "good").stdout
    assert "walnuts/insult" in shown
    assert "<html" in (runs / "good" / "report.html").read_text(encoding="utf-8")


def test_a_run_is_json_if_asked_for(runs, comity):
    report = json.loads(comity("evaluate", "show", "good", "--json").stdout)
    target = report["suites"][0]["targets"][0]
    assert target["auprc"][0] == 1.0
    assert target["rows"] == 200


def test_two_runs_are_compared_row_by_row(runs, comity):
    done = comity("evaluate", "compare", "poor", "good", "--output", "compared.html", "--json")
    contrast = json.loads(done.stdout)["suites"][0]["targets"][0]["contrasts"][0]
    assert contrast["difference"]["value"] > 0
    assert contrast["p_holm"] < 0.05
    assert (runs / "compared.html").exists()
    assert "walnuts" in comity("evaluate", "compare", "poor", "good").stdout


def test_the_gate_lets_an_improvement_through_and_stops_a_regression(runs, comity):
    assert comity("evaluate", "gate", "good", "--against", "poor").returncode == 0
    stopped = comity("evaluate", "gate", "poor", "--against", "good")
    assert stopped.returncode == 1
    assert "walnuts/insult" in stopped.stdout


def test_the_gate_holds_numbers_against_limits(runs, comity):
    (runs / "limits.yaml").write_text("minimum: {walnuts/insult: {auprc: 0.9}}", encoding="utf-8")
    assert comity("evaluate", "gate", "good", "--limits", "limits.yaml").returncode == 0
    assert comity("evaluate", "gate", "poor", "--limits", "limits.yaml").returncode == 1


def test_scenarios_tell_of_each_small_policy_what_was_judged(comity):
    done = comity("evaluate", "scenarios", "policy:community", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {scenario.id for scenario in read_rule_scenarios()} == {row["scenario"] for row in found}
    assert all(len(row["failed"]) + row["not_judged"] <= row["cases"] for row in found)
    # No packaged detector reads rules: only people can enforce them, and the command says so.
    assert {row["why"] for row in found} == {"only people can enforce the rules of this policy"}


def test_what_follows_no_policy_is_told_so_in_the_table(comity):
    told = " ".join(comity("evaluate", "scenarios", "baseline:word-list").stdout.split())
    assert "the subject follows no policy" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "klingon"], "model:NAME"),
        (["run", "model:english-v2", "--suite", "nowhere"], "no suite `nowhere`"),
        (["run", "python:judges:good", "--suite", "walnuts.yaml", "--save"], "only a model"),
        (["run", "python:judges:absent", "--suite", "walnuts.yaml"], "absent"),
        (["run", "python:judges:good", "--data", "nowhere"], "no such data folder"),
        (["show", "nowhere"], "no report"),
        (["compare", "nowhere", "nowhere"], "no report"),
        (["gate", "nowhere"], "no report"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(garden, comity, arguments, told):
    done = comity("evaluate", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
