"""`comity examples`: add, remove, list; and `comity moderate` judges by them."""

from __future__ import annotations

import json
from functools import partial
from io import BytesIO, TextIOWrapper
from typing import NamedTuple

import pytest

from comity.cli.app import run

BISCUIT = "Prune your aubergines, you soggy biscuit."


class Answer(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def comity(tmp_path, monkeypatch, capsys):
    """Runs a command in this process, on a database of its own."""
    monkeypatch.setenv("COMITY_DATABASE", f"sqlite:///{tmp_path / 'comity.db'}")

    def call(*arguments, stdin=""):
        monkeypatch.setattr("sys.argv", ["comity", *arguments])
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        return Answer(ended.value.code, told.out, told.err)

    return call


@pytest.fixture
def examples(comity):
    return partial(comity, "examples")


def test_what_was_added_is_listed_until_it_is_removed(examples):
    first = json.loads(
        examples("add", "community", "no-insults", BISCUIT, "--note", "a classic", "--json").stdout
    )
    assert examples("add", "community@1", "no-spam", "-", "--keeps", stdin="Seeds to swap.\n").returncode == 0
    rows = [json.loads(line) for line in examples("list", "community", "--json").stdout.splitlines()]
    assert [(row["rule"], row["text"], row["violates"], row["note"]) for row in rows] == [
        ("no-insults", BISCUIT, True, "a classic"),
        ("no-spam", "Seeds to swap.", False, ""),
    ]
    assert examples("remove", str(first["id"])).returncode == 0
    assert examples("list", "community", "--rule", "no-insults", "--json").stdout == ""
    assert "keeps it" in examples("list", "community").stdout


def test_a_text_is_judged_by_the_examples_of_the_installation(examples, comity, tmp_path):
    policy = tmp_path / "garden.yaml"
    policy.write_text(
        "policy: garden\nversion: 1\nrules:\n  - {id: on-topic, text: Speak of gardens., action: remove}\n"
    )

    def action():
        return json.loads(comity("moderate", BISCUIT, "-p", str(policy), "--json").stdout)["action"]

    assert action() == "allow"
    assert not (tmp_path / "comity.db").exists()
    examples("add", str(policy), "on-topic", BISCUIT)
    assert action() == "remove"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "community", "no-such-rule", "text"), "no-insults"),
        (("add", "no-such-policy", "no-insults", "text"), "community"),
        (("add", "community", "no-insults", " "), "no text"),
        (("add", "community", "no-flooding", "text"), "facts alone"),
        (("remove", "7"), "List the examples"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(examples, arguments, told):
    answer = examples(*arguments)
    assert answer.returncode == 2
    assert told in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr
