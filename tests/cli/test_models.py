"""`comity models`: list, show, verify."""

from __future__ import annotations

import json


def test_list_says_what_each_model_judges(comity):
    models = [json.loads(line) for line in comity("models", "list", "--json").stdout.splitlines()]
    english = next(model for model in models if model["model"] == "english-v2")
    assert "insult" in english["criteria"]
    assert english["megabytes"] < 26


def test_show_prints_the_card(comity):
    shown = comity("models", "show", "english-v2").stdout
    assert "english-v2" in shown
    assert json.loads(comity("models", "show", "english-v2", "--json").stdout)["languages"] == ["en"]


def test_verify_compares_checksums(comity):
    done = comity("models", "verify")
    assert done.returncode == 0
    assert "english-v2" in done.stdout


def test_a_model_that_is_not_there_is_told_with_those_that_are(comity):
    done = comity("models", "show", "klingon-v1")
    assert done.returncode == 2
    assert "english-v2" in done.stderr
