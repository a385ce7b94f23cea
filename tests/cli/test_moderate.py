"""`comity moderate`: words, standard input, files."""

from __future__ import annotations

import json

import pytest

from comity.models import find
from comity.models.quality import qualities

POLICY = """
policy: garden
version: 1
rules:
  - id: no-turnips
    text: This is no place for turnips.
    terms: [turnip]
    action: remove
  - id: slow-down
    text: Slow down.
    when: counters.posts_10m > 5
    action: limit
counters:
  posts_10m: {by: author, window: 10m}
"""


@pytest.fixture
def garden(tmp_path):
    path = tmp_path / "garden.yaml"
    path.write_text(POLICY)
    return str(path)


def written(path, *records):
    path.write_text(
        "".join((record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records)
    )
    return str(path)


def decisions(text):
    return [json.loads(line) for line in text.splitlines()]


def test_words_on_the_line_are_one_text(comity, garden):
    done = comity("moderate", "--policy", garden, "--json", "I", "love", "turnip", "soup")
    assert done.returncode == 0
    [decision] = decisions(done.stdout)
    assert decision["action"] == "remove"
    [violation] = decision["violations"]
    assert violation["rule"] == "no-turnips"
    assert violation["evidence"] == [{"type": "span", "part": "text", "start": 7, "end": 13}]


def test_a_dash_reads_the_text_from_standard_input(comity, garden):
    done = comity("moderate", "-", "--policy", garden, "--json", stdin="a turnip\non two lines")
    assert decisions(done.stdout)[0]["action"] == "remove"


def test_a_person_sees_the_action_the_rule_and_what_was_not_judged(comity, garden):
    done = comity("moderate", "--policy", garden, "turnip")
    assert "remove" in done.stdout
    assert "This is no place for turnips." in done.stdout
    assert "not known: counters.posts_10m" in done.stdout


def test_a_person_sees_how_good_the_model_is_in_that_language(comity):
    quality = {found.criterion: found.roc_auc.value for found in qualities(find("de-ngrams").card)}
    shown = comity("moderate", "Halt die Fresse, du Arschloch, und lass uns alle in Ruhe.").stdout
    [line] = [line for line in shown.splitlines() if line.split()[:1] == ["hate"]]
    assert line.split()[-1] == f"{quality['hate']:.2f}"


def test_control_characters_of_a_text_never_reach_the_terminal(comity, garden):
    done = comity("moderate", "-", "--policy", garden, stdin="\x1b[2J turnip \x07")
    assert "\x1b[2J" not in done.stdout
    assert "\x07" not in done.stdout


def test_a_file_is_answered_line_by_line_in_order(comity, garden, tmp_path):
    source = written(
        tmp_path / "in.jsonl",
        {"id": "a", "text": "a turnip", "author": "sam", "thread": [{"text": "before"}]},
        {"id": "b", "text": "a carrot", "author": {"id": "sam", "age_days": 3}, "counters": {"posts_10m": 9}},
        {"id": "c", "text": "a bean", "counters": {"posts_10m": 1}},
    )
    done = comity("moderate", "--input", source, "--output", "out.jsonl", "--policy", garden)
    assert done.returncode == 0
    answers = decisions((tmp_path / "out.jsonl").read_text())
    assert [(answer["id"], answer["action"]) for answer in answers] == [
        ("a", "remove"),
        ("b", "limit"),
        ("c", "allow"),
    ]
    assert "3 lines" in done.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("not json", "Invalid JSON"),
        ("", "Invalid JSON"),
        ("[1, 2]", "object"),
        ('{"id": "x"}', "text"),
        ('{"text": "x", "colour": "red"}', "colour"),
        ('{"text": "\\ud800"}', "Invalid JSON"),
        ('{"text": "x", "role": "king"}', "role"),
    ],
)
def test_a_line_that_is_no_item_becomes_an_error_in_its_place_and_the_rest_goes_on(
    comity, garden, tmp_path, line, told
):
    source = written(
        tmp_path / "in.jsonl", {"id": "a", "text": "a turnip"}, line, {"id": "c", "text": "a bean"}
    )
    done = comity("moderate", "--input", source, "--policy", garden)
    assert done.returncode == 1
    first, second, third = decisions(done.stdout)
    assert (first["id"], third["id"]) == ("a", "c")
    assert second["line"] == 2
    assert told in second["error"]["message"] + second["error"]["where"]


def test_an_interrupted_run_goes_on_where_it_stopped(comity, garden, tmp_path):
    source = written(tmp_path / "in.jsonl", *({"id": str(n), "text": "bean"} for n in range(5)))
    half = tmp_path / "out.jsonl"
    comity("moderate", "--input", source, "--output", str(half), "--policy", garden)
    whole = [answer["id"] for answer in decisions(half.read_text())]
    lines = half.read_text().splitlines(keepends=True)
    half.write_text("".join(lines[:2]) + lines[2][:20])
    done = comity("moderate", "--input", source, "--output", str(half), "--resume", "--policy", garden)
    assert done.returncode == 0
    assert [answer["id"] for answer in decisions(half.read_text())] == whole
    assert "3 lines" in done.stderr


def test_an_output_that_exists_is_not_overwritten_unasked(comity, garden, tmp_path):
    source = written(tmp_path / "in.jsonl", {"id": "a", "text": "bean"})
    (tmp_path / "out.jsonl").write_text("precious\n")
    done = comity("moderate", "--input", source, "--output", "out.jsonl", "--policy", garden)
    assert done.returncode == 2
    assert (tmp_path / "out.jsonl").read_text() == "precious\n"
    assert "--overwrite" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give either a text or --input"),
        (("x", "--input", "in.jsonl"), "give either a text or --input"),
        (("--input", "nowhere.jsonl"), "nowhere.jsonl"),
        (("--policy", "no-such-policy", "x"), "no-such-policy"),
        (("--policy", "no-such-file.yaml", "x"), "no-such-file.yaml"),
        (("--resume", "--input", "in.jsonl"), "--output"),
    ],
)
def test_a_mistake_of_the_caller_is_told_without_a_traceback(comity, tmp_path, arguments, told):
    written(tmp_path / "in.jsonl", {"text": "x"})
    done = comity("moderate", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
