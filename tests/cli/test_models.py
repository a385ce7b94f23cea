"""`comity models`: list, show, verify."""

from __future__ import annotations

import json


def test_list_says_what_each_model_judges(comity):
    models = [json.loads(line) for line in comity("models", "list", "--json").stdout.splitlines()]
    english = next(model for model in models if model["model"] == "english-v2")
    assert "insult" in english["criteria"]
    assert english["megabytes"] < 26


def test_list_tells_how_good_each_model_is_by_language_and_criterion(comity):
    models = {
        model["model"]: model
        for line in comity("models", "list", "--json").stdout.splitlines()
        if (model := json.loads(line))
    }
    (turkish,) = models["tr-ngrams"]["quality"]
    assert (turkish["language"], turkish["criterion"], turkish["sources"]) == ("tr", "toxicity", ["lingda"])
    assert turkish["seen"] is True
    auc = turkish["roc_auc"]
    assert 0.5 < auc["low"] < auc["value"] < auc["high"] < 1
    lines = [line.split() for line in comity("models", "list").stdout.splitlines()]
    assert [
        "tr", "toxicity", "tr-ngrams", f"{auc['value']:.3f}", f"{auc['low']:.3f}", "to", f"{auc['high']:.3f}",
        "1", "seen",
    ] in lines  # fmt: skip


def test_show_prints_the_card(comity):
    shown = comity("models", "show", "english-v2").stdout
    assert "english-v2" in shown
    assert "test sets" in shown
    card = json.loads(comity("models", "show", "english-v2", "--json").stdout)
    assert card["languages"] == ["en"]
    assert "insult" in {found["criterion"] for found in card["quality"]} <= set(card["labels"])


def test_verify_compares_checksums(comity):
    done = comity("models", "verify")
    assert done.returncode == 0
    assert "english-v2" in done.stdout


def test_a_model_that_is_not_there_is_told_with_those_that_are(comity):
    done = comity("models", "show", "klingon-v1")
    assert done.returncode == 2
    assert "english-v2" in done.stderr
