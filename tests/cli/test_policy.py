"""`comity policy`: list, show, check, test, match, schema."""

from __future__ import annotations

import json

import pytest

POLICY = """
policy: garden
version: 1
rules:
  - id: no-turnips
    text: This is no place for turnips.
    terms: [turnip]
    action: remove
    examples:
      - {text: "A turnip!", violates: true}
      - {text: "A carrot.", violates: false}
  - id: no-insults
    text: Criticise the idea.
    exceptions: [banter between friends]
    categories: {insult: 0.8}
    action: remove
  - id: on-topic
    text: Gardens only.
    action: remove
  - id: later
    text: Not yet.
    terms: [later]
    state: draft
"""


@pytest.fixture
def garden(tmp_path):
    path = tmp_path / "garden.yaml"
    path.write_text(POLICY)
    return path


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_list_names_the_packs(comity):
    assert {row["policy"] for row in rows(comity("policy", "list", "--json"))} >= {"community", "llm-app"}


def test_show_prints_each_rule_in_its_own_words(comity, garden):
    shown = comity("policy", "show", str(garden)).stdout
    assert "Criticise the idea." in shown
    assert "except: banter between friends" in shown


def test_show_prints_strikes_expected_hits_the_ladder_and_the_reasons(comity, garden):
    garden.write_text(
        POLICY.replace("terms: [turnip]", "strikes: 3\n    expect: {hits: [0, 0.05]}\n    terms: [turnip]")
        + "ladder:\n  steps: [{at: 3, action: mute, for: 1d}, {at: 9, action: ban}]\n"
        + "reasons:\n  - {id: turnip, text: It is a turnip, rules: [no-turnips]}\n"
    )
    shown = comity("policy", "show", str(garden)).stdout
    for told in (
        "strikes 3",
        "expected to hit 0 % to 5 % of the items within 1h, once there are 500",
        "minor 1, moderate 2, severe 4; they expire after 90d",
        "from 1: warn",
        "from 3: mute for 1d",
        "turnip  It is a turnip  no-turnips (other_violation_tc)",
    ):
        assert told in shown
    *rules, ladder, reasons = rows(comity("policy", "show", str(garden), "--json"))
    assert (rules[0]["strikes"], rules[0]["expect"]["hits"]) == (3, [0, 0.05])
    assert ladder["ladder"]["steps"][-1] == {"at": 9, "action": "ban", "for": None}
    assert [reason["rules"] for reason in reasons["reasons"]] == [["no-turnips"]]


def test_check_says_who_can_enforce_each_rule(comity, garden):
    found = {row["rule"]: row for row in rows(comity("policy", "check", str(garden), "--json"))}
    assert found["no-turnips"]["enforced_by"] == "its terms"
    assert "encoder.v2" in found["no-insults"]["enforced_by"]
    assert found["no-insults"]["follows"] == "review"
    assert "no judge" in found["no-insults"]["note"]
    assert found["on-topic"]["enforced_by"] == "people only"
    assert "draft" in found["later"]["note"]


def test_check_shows_every_mistake_with_its_line(comity, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "policy: p\nversion: 1\nrules:\n  - id: a\n    text: x\n    action: remvoe\n    colour: red\n"
    )
    done = comity("policy", "check", str(bad))
    assert done.returncode == 2
    assert "bad.yaml:6:" in done.stderr
    assert "bad.yaml:7:" in done.stderr


def test_test_fails_when_an_example_does_not_come_out_as_written(comity, garden):
    passed = comity("policy", "test", str(garden))
    assert (passed.returncode, "2 of 2 examples passed" in passed.stdout) == (0, True)
    garden.write_text(POLICY.replace("A carrot.", "Turnip, again."))
    failed = comity("policy", "test", str(garden))
    assert failed.returncode == 1
    assert "Turnip, again." in failed.stdout


@pytest.mark.parametrize("pack", ["community", "llm-app"])
def test_every_example_of_a_pack_passes_with_the_packaged_detectors(comity, pack):
    done = comity("policy", "test", pack, "--json")
    failed = [row for row in rows(done) if not row["passed"]]
    assert failed == []
    assert done.returncode == 0


class TestMatch:
    @pytest.fixture
    def examples(self, tmp_path):
        path = tmp_path / "examples.txt"
        path.write_text("We sell turnips.\n\nCriticise the person.\nΩ≈ç√\n", encoding="utf-8")
        return str(path)

    def test_it_proposes_the_rules_that_are_most_alike(self, comity, garden, examples):
        found = rows(comity("policy", "match", str(garden), examples, "--json"))
        assert [row["text"] for row in found] == ["We sell turnips.", "Criticise the person.", "Ω≈ç√"]
        best = [next(iter(row["rules"]), None) for row in found]
        assert best == ["no-turnips", "no-insults", None]
        assert all(0 < similarity <= 1 for row in found for similarity in row["rules"].values())

    def test_in_words_it_says_where_no_rule_is_like_it(self, comity, garden, examples):
        shown = comity("policy", "match", str(garden), examples).stdout
        assert "no rule is like it: Ω≈ç√" in shown

    @pytest.mark.parametrize("content", [None, b"Hello \xe9"])
    def test_examples_that_cannot_be_read_are_a_mistake(self, comity, garden, tmp_path, content):
        if content is not None:
            (tmp_path / "bad.txt").write_bytes(content)
        done = comity("policy", "match", str(garden), "bad.txt")
        assert done.returncode == 2
        assert "cannot be read" in done.stderr
        assert "Traceback" not in done.stderr


def test_schema_is_json_schema(comity):
    schema = json.loads(comity("policy", "schema").stdout)
    assert "rules" in schema["properties"]
