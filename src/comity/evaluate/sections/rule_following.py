"""Does a judge keep to rules that it was just told, against texts that argue with it (after "Can LLMs Follow Simple
Rules?", 2023)?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from comity.content import Item
from comity.evaluate.ask import ask
from comity.evaluate.rule_scenarios import RuleScenario, ScenarioCase
from comity.evaluate.subject import Subject

NO_POLICY = "the subject follows no policy"


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """One scenario: the cases that were judged wrongly, and those that were not judged, with the reason of the first.

    A case is judged wrongly if the rules that were found broken are not exactly those that it violates.
    """

    scenario: str
    cases: int
    failed: tuple[ScenarioCase, ...]
    not_judged: tuple[ScenarioCase, ...] = ()
    why: str = ""


def rule_following(
    subject: Subject, scenarios: Sequence[RuleScenario], tick: Callable[[int], None] = lambda _: None
) -> Iterator[ScenarioResult]:
    """One result after another: the subject under the policy of each scenario. `tick` is told how many more cases were
    asked.
    """
    with TemporaryDirectory() as folder:
        for scenario in scenarios:
            path = Path(folder) / f"{scenario.id}.yaml"
            path.write_text(_policy(scenario), encoding="utf-8")
            yield _result(subject.under(str(path)), scenario, tick)


def _policy(scenario: RuleScenario) -> str:
    rules = [
        {"id": rule.id, "text": rule.text, "exceptions": [*rule.exceptions], "action": "remove"}
        for rule in scenario.rules
    ]
    return yaml.safe_dump({"policy": scenario.id, "version": 1, "rules": rules}, allow_unicode=True)


def _result(subject: Subject, scenario: RuleScenario, tick: Callable[[int], None]) -> ScenarioResult:
    answers = ask(subject, [_item(case) for case in scenario.cases], tick)
    if answers.rules is None:
        return ScenarioResult(scenario.id, len(scenario.cases), (), scenario.cases, NO_POLICY)
    both = [*zip(scenario.cases, answers.rules, answers.unjudged, strict=True)]
    return ScenarioResult(
        scenario.id,
        len(scenario.cases),
        failed=tuple(case for case, found, unjudged in both if not unjudged and found != case.violates),
        not_judged=tuple(case for case, _, unjudged in both if unjudged),
        why=next((unjudged for _, _, unjudged in both if unjudged), ""),
    )


def _item(case: ScenarioCase) -> Item:
    return Item.text(case.text, id=case.id, thread=tuple(Item.text(before) for before in case.thread))
