"""`comity calibrate`, and what it writes in use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli.calibrate import calibrate
from comity.errors import ComityError
from comity.moderator import Moderator

RUDE = ("You are a pathetic idiot.", "What a stupid liar you are.")
CALM = ("The tomatoes are ripe.", "When does the market open?", "Thank you for the seeds.")


def posts(path, rows=120):
    """One in four is rude."""
    lines = ["text,insult"]
    for row in range(rows):
        rude = row % 4 == 0
        text = (RUDE[row % 2] if rude else CALM[row % 3]) + f" {row}"
        lines.append(f"{text},{int(rude)}")
    (path / "posts.csv").write_text("\n".join(lines), "utf-8")


def test_a_prevalence_corrects_every_criterion(comity, tmp_path):
    done = comity("calibrate", "--prevalence", "0.01", "--json")
    rows = {row["criterion"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert rows["insult"]["shift"] < 0 < rows["self-harm"]["shift"]
    assert rows["insult"]["at"]["strict"]["recall"] >= 0.95
    assert (tmp_path / "site-calibration.yaml").is_file()
    assert "COMITY_CALIBRATION=site-calibration.yaml" in done.stderr


def test_annotations_are_fitted_and_then_applied(comity, tmp_path, monkeypatch):
    posts(tmp_path)
    done = comity("calibrate", "--annotations", "posts.csv", "--precision", "0.8")
    assert done.returncode == 0, done.stderr
    assert "categories: {insult: {precision: 0.8}}" in done.stdout
    before = Moderator("community").moderate(RUDE[0])
    monkeypatch.setenv("COMITY_CALIBRATION", "site-calibration.yaml")
    after = json.loads(comity("moderate", "--json", RUDE[0]).stdout)
    assert before.plan != after["plan"]
    assert before.scores["insult"] != after["scores"]["insult"]


def test_texts_alone_estimate_the_prevalence(comity, tmp_path):
    posts(tmp_path)
    done = comity("calibrate", "--texts", "posts.csv", "--json")
    insult = next(row for row in map(json.loads, done.stdout.splitlines()) if row["criterion"] == "insult")
    assert insult["made_from"] == "texts"
    assert 0.15 < insult["site_prevalence"] < 0.35
    assert "self-harm is left out: by their scores" in done.stderr


def test_few_annotations_are_told_and_left_out(comity, tmp_path):
    posts(tmp_path, rows=20)
    done = comity("calibrate", "--annotations", "posts.csv")
    assert done.returncode == 2
    assert "insult: 20 annotated rows are too few" in done.stderr
    assert not (tmp_path / "site-calibration.yaml").exists()


def test_a_calibration_of_another_model_is_refused(comity, tmp_path, monkeypatch):
    comity("calibrate", "--prevalence", "insult=0.02")
    path = tmp_path / "site-calibration.yaml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join("digest: aaaa" if line[:7] == "digest:" else line for line in lines), "utf-8")
    monkeypatch.setenv("COMITY_CALIBRATION", "site-calibration.yaml")
    done = comity("moderate", "hello")
    assert done.returncode == 3
    assert "another version of `english-v2`" in done.stderr
    assert "site-calibration.yaml" in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "give --annotations"),
        ({"texts": Path("posts.csv"), "prevalence": "0.1"}, "or else --texts"),
        ({"prevalence": "often"}, "neither a number"),
        ({"prevalence": "7"}, "between 0 and 1"),
        ({"prevalence": "walnut=0.1"}, "does not judge `walnut`"),
        ({"prevalence": "0.1", "model": "klingon-v1"}, "no detector uses"),
        ({"prevalence": "0.1", "output": Path("posts.csv")}, "exists already"),
        ({"prevalence": "0.1", "output": Path("no/such/folder.yaml")}, "cannot write it"),
        ({"annotations": Path("other.csv")}, "no column is named after a criterion"),
    ],
)
def test_wrong_options_are_told(tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    posts(tmp_path)
    (tmp_path / "other.csv").write_text("text,rude\nHello,0\n", "utf-8")
    with pytest.raises(ComityError, match=told):
        calibrate(**{"output": Path("new.yaml"), **options})
    assert not (tmp_path / "new.yaml").exists()
