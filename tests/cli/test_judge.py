"""`--judge-url`: a language model beside the commands that moderate."""

from __future__ import annotations

import json

import pytest

from tests.detect.judge.scripted_server import says, scripted_server

POLICY = """
policy: garden
version: 1
rules:
  - id: no-turnips
    text: This is no place for turnips.
    exceptions: [Soup]
    terms: [turnip]
    action: remove
"""


@pytest.fixture
def garden(tmp_path):
    path = tmp_path / "garden.yaml"
    path.write_text(POLICY)
    return str(path)


@pytest.fixture
def judge():
    def reply(body, number):
        return says(0.03 if "soup" in body["messages"][1]["content"] else 0.97)

    with scripted_server(reply) as server:
        yield server


def test_moderate_asks_the_judge(comity, garden, judge):
    lines = "\n".join(
        json.dumps({"id": text, "text": text}) for text in ("a turnip", "turnip soup", "a bean")
    )
    options = ("--judge-url", judge.url, "--judge-model", "tiny")
    done = comity("moderate", "--input", "-", "--policy", garden, *options, stdin=lines)
    told = {decision["id"]: decision["action"] for decision in map(json.loads, done.stdout.splitlines())}
    assert told == {"a turnip": "remove", "turnip soup": "allow", "a bean": "allow"}
    assert {body["model"] for body in judge.bodies} == {"tiny"}
    assert not any("a bean" in prompt for prompt in judge.prompts)


def test_check_says_judge_and_asks_nobody(comity, garden, judge):
    done = comity("policy", "check", garden, "--json", "--judge-url", judge.url, "--judge-model", "tiny")
    row = json.loads(done.stdout)
    assert row["enforced_by"].endswith("a judge")
    assert (row["follows"], row["note"]) == ("remove", "")
    assert judge.bodies == []


def test_half_a_judge_is_an_error_that_says_what_to_do(comity, garden):
    done = comity("moderate", "hello", "--policy", garden, "--judge-url", "http://localhost:1/v1")
    assert done.returncode == 2
    assert "--judge-model" in done.stderr
