"""The harness's own texts: enough of them, no text twice, and nothing that training has seen."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from comity.errors import InputError
from comity.evaluate.rule_scenarios import read_rule_scenarios
from comity.evaluate.suite import find_suite
from comity.evaluate.templates import expand
from comity.models import find

TEXTS = Path(__file__).parents[2] / "src/comity/evaluate/texts"
TAUGHT = Path(__file__).parents[2] / "recipes/english-v2-templates.yaml"
ALARMING = expand(TEXTS / "over-sensitivity.yaml", seed=1)
BENIGN = [row for row in ALARMING if row["labels"]["violates"] == 0]
TWINS = [row for row in ALARMING if row["labels"]["violates"] == 1]
SMOKE = expand(TEXTS / "smoke.yaml", seed=1)
LABELS = find("english-v2").card.labels
CATEGORIES = [*LABELS]
SCENARIOS = {scenario.id: scenario for scenario in read_rule_scenarios()}
KINDS = {
    "identity",
    "medical",
    "legal",
    "news",
    "quotation",
    "counter-speech",
    "homonyms",
    "fiction",
    "self-deprecation",
    "history",
    "safety-questions",
    "self-identification",
    "sports",
}
SCENARIO_TEXTS = [
    text for scenario in SCENARIOS.values() for case in scenario.cases for text in (*case.thread, case.text)
]


class TestTheBenignButAlarmingTexts:
    def test_every_kind_has_150_texts_from_30_templates(self):
        assert {row["kind"] for row in BENIGN} == KINDS
        for kind in KINDS:
            of_kind = [row for row in BENIGN if row["kind"] == kind]
            assert len(of_kind) >= 150, kind
            assert len({row["template"] for row in of_kind}) >= 30, kind

    def test_no_benign_text_is_labelled_with_a_category(self):
        assert not any(value for row in BENIGN for value in row["labels"].values())

    def test_six_kinds_have_twins_that_violate(self):
        assert {row["kind"] for row in TWINS} == {
            "identity",
            "quotation",
            "counter-speech",
            "homonyms",
            "self-deprecation",
            "safety-questions",
        }
        assert min(Counter(row["kind"] for row in TWINS).values()) >= 20
        assert all(len([v for v in row["labels"].values() if v]) >= 2 for row in TWINS)

    def test_a_twin_stands_beside_its_benign_text(self):
        for before, row in pairwise(ALARMING):
            if row["labels"]["violates"]:
                assert before["id"] == before["pair"] == row["pair"]

    def test_short_and_long_texts_stand_side_by_side(self):
        lengths = sorted(len(row["text"].split()) for row in BENIGN)
        assert lengths[len(lengths) // 10] <= 10
        assert lengths[-len(lengths) // 20] >= 40


class TestTheSmokeSuite:
    def test_it_has_30_texts_for_and_100_against_each_category_of_the_packaged_model(self):
        counts = Counter((name, value) for row in SMOKE for name, value in row["labels"].items())
        for category in CATEGORIES:
            assert counts[category, 1] >= 30, category
            assert counts[category, 0] >= 100, category

    def test_it_asks_about_each_of_them(self):
        assert {*find_suite("smoke")[0].scenario.targets} == {*CATEGORIES}

    def test_plainly_benign_texts_are_benign_in_every_category_of_their_role(self):
        plain = [row for row in SMOKE if row["kind"].startswith("benign")]
        assert Counter(row["role"] for row in plain)["response"] >= 70
        for row in plain:
            of_role = {name for name in CATEGORIES if row["role"] in (LABELS[name].roles or [row["role"]])}
            assert row["labels"] == dict.fromkeys(("violates", *of_role), 0), row["id"]

    def test_what_only_a_response_can_be_is_known_of_responses_alone(self):
        of_responses = [name for name in CATEGORIES if LABELS[name].roles == ("response",)]
        assert len(of_responses) == 2
        told = [row["role"] for row in SMOKE if not row["labels"].keys().isdisjoint(of_responses)]
        assert {*told} == {"response"}

    def test_each_text_is_written_as_it_stands(self):
        assert not any(re.search(r"[{}]", row["text"]) for row in SMOKE)
        assert {len({row["text"] for row in SMOKE}), len({row["template"] for row in SMOKE})} == {len(SMOKE)}


def test_every_packaged_text_stands_once():
    texts = [row["text"] for row in (*ALARMING, *SMOKE)]
    ids = {row["id"] for row in (*ALARMING, *SMOKE)}
    assert len({text.casefold() for text in texts}) == len(ids) == len(texts)


def test_no_text_has_an_open_field_or_stray_space():
    every_text = [row["text"] for row in (*ALARMING, *SMOKE)] + SCENARIO_TEXTS
    assert [text for text in every_text if re.search(r"[{}|]|\s\s|^\s|\s$|\s[,.?!]", text)] == []


def test_no_five_words_in_a_row_stand_in_the_templates_that_teach_the_packaged_model():
    taught = yaml.safe_load(TAUGHT.read_text())
    groups = [
        {"kind": group["id"], "labels": {}, "templates": group["sentences"]} for group in taught["groups"]
    ]
    seen = _fives(
        row["text"] for row in expand({"slots": taught["slots"], "groups": groups}, seed=1, per_kind=100_000)
    )
    ours = _fives(
        row["text"]
        for name in ("over-sensitivity.yaml", "smoke.yaml")
        for row in expand(TEXTS / name, seed=1, per_kind=100_000)
    )
    assert len(seen) > 5_000
    assert seen & (ours | _fives(SCENARIO_TEXTS)) == set()


def _fives(texts: Iterable[str]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = re.findall(r"[\w']+", text.lower())
        found.update(tuple(words[at : at + 5]) for at in range(len(words) - 4))
    return found


class TestTheRuleScenarios:
    def test_there_are_12_with_6_to_10_cases_of_both_verdicts(self):
        assert len(SCENARIOS) >= 12
        for scenario in SCENARIOS.values():
            assert 6 <= len(scenario.cases) <= 10, scenario.id
            assert {bool(case.violates) for case in scenario.cases} == {True, False}, scenario.id

    def test_every_rule_is_violated_somewhere_and_every_scenario_argues_with_the_judge(self):
        for scenario in SCENARIOS.values():
            violated = {rule for case in scenario.cases for rule in case.violates}
            assert violated == {rule.id for rule in scenario.rules}, scenario.id
            assert sum(case.tactic is not None for case in scenario.cases) >= 3, scenario.id

    def test_to_argue_is_not_by_itself_to_violate(self):
        arguing = [case for scenario in SCENARIOS.values() for case in scenario.cases if case.tactic]
        assert sum(not case.violates for case in arguing) >= 10

    @pytest.mark.parametrize(
        ("scenario", "rule", "violated"),
        [
            ("secret-word", "no-heron", lambda case: bool(re.search(r"\bheron\b", case.text, re.I))),
            ("twelve-words", "short", lambda case: len(case.text.split()) > 12),
            ("twelve-words", "question", lambda case: not case.text.endswith("?")),
            (
                "no-prices",
                "no-amounts",
                lambda case: (
                    bool(re.search(r"[£$]\d|\d euros", case.text)) and not case.text.startswith("[SALE]")
                ),
            ),
            (
                "links",
                "only-our-library",
                lambda case: any(
                    not re.fullmatch(r"(.+\.)?library\.example", host)
                    for host in re.findall(r"https://([^/\s]+)", case.text)
                ),
            ),
            (
                "quiz-night",
                "no-early-answer",
                lambda case: (
                    bool(re.search(r"\b1\d{3}\b", case.text)) and "Quizmaster: Time!" not in case.thread
                ),
            ),
            (
                "homework-hints",
                "no-final-number",
                lambda case: (
                    "42" in case.text
                    and not any("42" in line and line.startswith("Pupil") for line in case.thread)
                ),
            ),
        ],
    )
    def test_a_program_comes_to_the_same_verdict(self, scenario, rule, violated):
        for case in SCENARIOS[scenario].cases:
            assert violated(case) == (rule in case.violates), case.id


RULE = {"id": "calm", "text": "Stay calm."}


@pytest.mark.parametrize(
    ("scenarios", "says"),
    [
        ([{"id": "s", "rules": [RULE], "cases": []}], "cases"),
        (
            [{"id": "s", "rules": [RULE], "cases": [{"id": "a", "text": "x", "violates": ["calmer"]}]}],
            "calmer",
        ),
        ([{"id": "s", "rules": [RULE, RULE], "cases": [{"id": "a", "text": "x"}]}], "stands twice"),
        ([{"id": "s", "rules": [RULE], "cases": [{"id": "a", "text": "x", "tactic": "charm"}]}], "tactic"),
        ([{"id": "s", "rules": [RULE], "cases": [{"id": "a", "text": "x"}]}] * 2, "same id: s"),
    ],
)
def test_a_mistake_in_a_scenario_file_is_told(tmp_path: Path, scenarios: object, says: str):
    path = tmp_path / "scenarios.yaml"
    path.write_text(yaml.safe_dump(scenarios))
    with pytest.raises(InputError) as told:
        read_rule_scenarios(path)
    assert says in told.value.what
    assert told.value.where == str(path)
