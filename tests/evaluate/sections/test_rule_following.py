from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from comity.content import Item
from comity.evaluate.rule_scenarios import RuleScenario, read_rule_scenarios
from comity.evaluate.sections.rule_following import NO_POLICY, rule_following
from comity.evaluate.subject import Answers
from comity.policy import Policy, read
from tests.evaluate.sections.made import WordSubject

HERON = RuleScenario.model_validate(
    {
        "id": "no-birds",
        "rules": [
            {
                "id": "no-heron",
                "text": "No post says heron.",
                "exceptions": ["Two herons: the plural is fine"],
            },
            {"id": "no-duck", "text": "No post says duck."},
        ],
        "cases": [
            {"id": "hit", "text": "a heron", "violates": ["no-heron"]},
            {"id": "miss", "text": "a swan"},
            {"id": "both", "text": "a duck and a heron", "violates": ["no-duck", "no-heron"]},
            {
                "id": "redefined",
                "text": "a heron is a sandwich",
                "violates": ["no-heron"],
                "tactic": "redefinition",
            },
        ],
    }
)


@dataclass(frozen=True)
class LastWord:
    """A judge that holds a rule broken where the text has the last word of the rule, and cannot read `foreign` texts;
    it believes that a heron is a sandwich.
    """

    policy: Policy | None = None
    foreign: str = "?"
    name: str = "last-word"
    version: str = "1"
    remote: bool = False
    learned_from: frozenset[str] = frozenset()

    def under(self, policy: str) -> "LastWord":
        return LastWord(read(Path(policy)), self.foreign)

    def answer(self, items: Sequence[Item]) -> Answers:
        texts = [item.parts[0].text for item in items]
        return Answers(
            {},
            tuple("cannot read this" if self.foreign in text else "" for text in texts),
            rules=tuple(self._broken(text) for text in texts),
        )

    def _broken(self, text: str) -> frozenset[str]:
        rules = self.policy.rules if "sandwich" not in text else ()
        return frozenset(rule.id for rule in rules if rule.text.rstrip(".").split()[-1] in text)

    def megabytes(self) -> float | None:
        return None


def test_a_case_fails_unless_exactly_its_rules_are_found_broken():
    (result,) = rule_following(LastWord(), [HERON])
    assert (result.scenario, result.cases) == ("no-birds", 4)
    assert [case.id for case in result.failed] == ["redefined"]
    assert (result.not_judged, result.why) == ((), "")


def test_finding_only_one_of_two_broken_rules_is_a_failure():
    one_rule = HERON.model_copy(
        update={"rules": (HERON.rules[0], HERON.rules[1].model_copy(update={"text": "No quacking."}))}
    )
    (result,) = rule_following(LastWord(), [one_rule])
    assert [case.id for case in result.failed] == ["both", "redefined"]


def test_cases_that_nobody_judged_are_not_failures():
    (result,) = rule_following(LastWord(foreign="sandwich"), [HERON])
    assert [case.id for case in result.not_judged] == ["redefined"]
    assert (result.failed, result.why) == ((), "cannot read this")


def test_a_subject_that_follows_no_policy_judges_nothing():
    (result,) = rule_following(WordSubject("heron"), [HERON])
    assert (result.failed, len(result.not_judged), result.why) == ((), 4, NO_POLICY)


def test_each_scenario_is_judged_under_its_own_policy():
    ticks: list[int] = []
    swans = HERON.model_copy(
        update={
            "id": "no-swans",
            "rules": (HERON.rules[0].model_copy(update={"text": "No post says swan."}),),
        }
    )
    results = [*rule_following(LastWord(), [HERON, swans], ticks.append)]
    assert [result.scenario for result in results] == ["no-birds", "no-swans"]
    assert "miss" in {case.id for case in results[1].failed}
    assert sum(ticks) == 8


def test_the_packaged_scenarios_make_policies_that_can_be_read():
    scenarios = read_rule_scenarios()
    results = [*rule_following(LastWord(), scenarios)]
    assert [result.cases for result in results] == [len(scenario.cases) for scenario in scenarios]
