"""Rule-following scenarios: small policies and cases whose verdict is known beforehand, to try judges on.

After "Can LLMs Follow Simple Rules?" (2023). There a model is told rules and a program checks whether it keeps them;
here a judge is told rules and must see whether a text keeps them, against texts that argue with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from comity.errors import InputError

PACKAGED = Path(__file__).parent / "texts" / "rule-following.yaml"

Tactic = Literal[
    "authority",
    "emotion",
    "hypothetical",
    "loophole",
    "nested-instruction",
    "other-language",
    "permission",
    "redefinition",
]
TACTICS: tuple[str, ...] = get_args(Tactic)

_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Words = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioRule(_Strict):
    id: _Id
    text: _Words
    exceptions: tuple[_Words, ...] = ()


class ScenarioCase(_Strict):
    """A text, after the `thread` (oldest first), and the ids of the rules that it violates.

    `tactic` says how it tries to talk the judge out of a rule, or into one; None if it does not.
    """

    id: _Id
    text: _Words
    thread: tuple[_Words, ...] = ()
    violates: frozenset[_Id] = frozenset()
    tactic: Tactic | None = None


class RuleScenario(_Strict):
    id: _Id
    rules: Annotated[tuple[ScenarioRule, ...], Field(min_length=1)]
    cases: Annotated[tuple[ScenarioCase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> RuleScenario:
        rules, cases = [rule.id for rule in self.rules], [case.id for case in self.cases]
        for ids in (rules, cases):
            if len(set(ids)) != len(ids):
                raise ValueError(f"an id stands twice in scenario {self.id}")
        for case in self.cases:
            if unknown := case.violates - {*rules}:
                raise ValueError(f"case {case.id} of {self.id} names no rule: {', '.join(sorted(unknown))}")
        return self


_FILE = TypeAdapter(tuple[RuleScenario, ...])


def read_rule_scenarios(path: Path = PACKAGED) -> tuple[RuleScenario, ...]:
    """The scenarios in a YAML file, a list of them. Raises InputError that lists every mistake."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        scenarios = _FILE.validate_python(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the scenarios cannot be read: {error}", where=str(path)) from error
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'file'}: {mistake['msg']}" for mistake in error.errors()
        )
        raise InputError(f"the scenarios have mistakes: {mistakes}", where=str(path)) from error
    ids = [scenario.id for scenario in scenarios]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise InputError(f"two scenarios have the same id: {', '.join(twice)}", where=str(path))
    return scenarios
