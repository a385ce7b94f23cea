"""The judge's settings: whole, or an error that says what is missing."""

import pytest

from comity.detect.judge import JudgeOptions
from comity.errors import ComityError
from comity.moderator.assemble import judge_at
from comity.settings import Settings

WHOLE = {
    "COMITY_JUDGE_URL": "https://models.example/v1",
    "COMITY_JUDGE_MODEL": "tiny",
    "COMITY_JUDGE_KEY": "secret",
    "COMITY_JUDGE_DIALECT": "shieldgemma",
    "COMITY_JUDGE_DEADLINE_MS": "5000",
    "COMITY_JUDGE_CONCURRENCY": "8",
    "COMITY_JUDGE_TOGETHER": "1",
    "COMITY_JUDGE_PRICE": "0.15, 0.60",
    "COMITY_JUDGE_DAILY_COST": "2.50",
    "COMITY_JUDGE_ROLES": "post comment; clinic: ; garden: post profile",
    "COMITY_JUDGE_THREAD": "3",
    "COMITY_JUDGE_REDACT": "0",
}


def test_every_setting_reaches_the_judge():
    options = JudgeOptions.of(Settings.from_environment(WHOLE))
    assert options == JudgeOptions(
        url="https://models.example/v1",
        model="tiny",
        key="secret",
        dialect="shieldgemma",
        deadline_ms=5_000,
        concurrency=8,
        together=True,
        price=(0.15, 0.60),
        daily_cost=2.5,
        roles={
            "": frozenset({"post", "comment"}),
            "clinic": frozenset(),
            "garden": frozenset({"post", "profile"}),
        },
        thread=3,
        redact=False,
    )
    assert "secret" not in repr(options) + repr(Settings.from_environment(WHOLE))


def test_without_settings_there_is_no_judge():
    assert judge_at(Settings.from_environment({})) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"COMITY_JUDGE_MODEL": None}, "needs a model"),
        ({"COMITY_JUDGE_URL": None}, "no endpoint"),
        ({"COMITY_JUDGE_URL": "localhost:8000"}, "not an http or https URL"),
        ({"COMITY_JUDGE_DIALECT": "latin"}, "no dialect `latin`"),
        ({"COMITY_JUDGE_PRICE": "cheap"}, "COMITY_JUDGE_PRICE is not the price"),
        ({"COMITY_JUDGE_PRICE": None}, "COMITY_JUDGE_PRICE is not"),
        ({"COMITY_JUDGE_DAILY_COST": "-1"}, "COMITY_JUDGE_DAILY_COST is not an amount"),
        ({"COMITY_JUDGE_ROLES": "post poem"}, "names poem, which is no role"),
        ({"COMITY_JUDGE_ROLES": "post; comment"}, "COMITY_JUDGE_ROLES is not a list"),
        ({"COMITY_JUDGE_DEADLINE_MS": "soon"}, "COMITY_JUDGE_DEADLINE_MS"),
        ({"COMITY_JUDGE_CONCURRENCY": "0"}, "COMITY_JUDGE_CONCURRENCY"),
    ],
)
def test_a_wrong_or_missing_one_is_named(changes, told):
    environment = {name: value for name, value in {**WHOLE, **changes}.items() if value is not None}
    with pytest.raises(ComityError, match=told):
        judge_at(Settings.from_environment(environment))
