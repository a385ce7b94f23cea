"""Ten thousand hostile texts: a decision or a clear error, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from comity import ComityError, Item, Moderator
from comity.decide import Decision
from tests.hostile.texts import HAND_MADE, hostile_texts

MANY = 10_000
ACTIONS = {"allow", "label", "limit", "review", "remove", "block"}


@pytest.fixture(scope="module")
def moderator():
    with Moderator("community") as moderator:
        yield moderator


def decide(moderator: Moderator, texts: list[str]) -> list[Decision | ComityError]:
    """What each text leads to; those past a limit are refused when the item is made."""
    answers: list[Decision | ComityError | None] = []
    items = []
    for text in texts:
        try:
            items.append(Item.text(text))
            answers.append(None)
        except ComityError as error:
            answers.append(error)
    decisions = moderator.moderate_many(items)
    return [answer or next(decisions) for answer in answers]


@pytest.fixture(scope="module")
def answers(moderator):
    return decide(moderator, list(HAND_MADE))


def test_the_library_answers_every_hand_made_text(answers):
    refused = [str(answer) for answer in answers if isinstance(answer, ComityError)]
    assert len(refused) == 1, "only the text of a million characters is past a limit"
    assert "text_chars" in refused[0]
    assert {answer.action for answer in answers if isinstance(answer, Decision)} <= ACTIONS


def test_evidence_stays_inside_the_text(answers):
    for text, decision in zip(HAND_MADE, answers, strict=True):
        for violation in getattr(decision, "violations", ()):
            spans = [place for place in violation.evidence if hasattr(place, "start")]
            assert all(0 <= span.start <= span.end <= len(text) for span in spans)


def _lines(texts):
    return b"".join(json.dumps({"id": str(n), "text": text}).encode() + b"\n" for n, text in enumerate(texts))


def test_the_command_line_answers_every_line_in_its_place(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    not_items = b'{"text": 1}\n\xff\xfe\n[[[[\nnull\n' + b"[" * 100_000 + b"\n"
    source.write_bytes(_lines(HAND_MADE) + not_items)
    command = [sys.executable, "-m", "comity", "moderate", "--input", str(source), "--output", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in target.read_text().splitlines()]
    assert done.returncode == 1, "some lines were no items, and the exit code says so"
    assert "Traceback" not in done.stderr
    assert len(answers) == len(HAND_MADE) + 5
    for number, answer in enumerate(answers):
        assert answer.get("id") == str(number) or answer["error"]["message"]


@pytest.mark.heavy
def test_ten_thousand_texts_through_the_library(moderator):
    answers = decide(moderator, list(hostile_texts(MANY)))
    assert len(answers) == MANY
    assert sum(isinstance(answer, Decision) for answer in answers) == MANY - 1


@pytest.mark.heavy
def test_ten_thousand_texts_through_the_command_line(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(_lines(hostile_texts(MANY)))
    command = [sys.executable, "-m", "comity", "moderate", "--input", str(source), "--output", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    answers = [json.loads(line) for line in target.read_text().splitlines()]
    assert len(answers) == MANY
    assert all("action" in answer or answer["error"]["message"] for answer in answers)
