"""What a sum of strikes reaches on a ladder, and which ladder is weaker than another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.policy import ACCOUNT_ACTIONS, Ladder, Step
from comity.policy.document import STRIKES
from comity.policy.locked import weaker_ladder
from comity.taxonomy import Severity

MUTE, SUSPEND, BAN = Step(3, "mute", "1d"), Step(6, "suspend", "7d"), Step(10, "ban")
LADDER = Ladder(steps=(MUTE, SUSPEND, BAN))


@pytest.mark.parametrize(
    ("total", "step"),
    [
        (0, None),
        (1, Step(1, "warn")),
        (2, Step(1, "warn")),
        (3, MUTE),
        (5, MUTE),
        (6, SUSPEND),
        (10, BAN),
        (99, BAN),
    ],
)
def test_the_highest_step_that_the_sum_reaches_follows(total, step):
    assert LADDER.reached(total) == step


def test_below_the_first_step_nothing_follows_where_the_ladder_says_so():
    assert replace(LADDER, first="none").reached(2) is None


def test_a_step_at_one_takes_the_place_of_the_first_warning():
    assert Ladder(steps=(Step(1, "mute", "1h"),)).reached(1) == Step(1, "mute", "1h")


@pytest.mark.parametrize(
    ("milder", "stronger"),
    [
        (Step(1, "warn"), Step(1, "mute", "1m")),
        (Step(1, "mute", "1h"), Step(1, "mute", "2h")),
        (Step(1, "mute", "60m"), Step(1, "mute", "1d")),
        (Step(1, "mute", "9999d"), Step(1, "mute")),
        (Step(1, "suspend"), Step(1, "ban")),
        (Step(1, "suspend", "1d"), Step(1, "mute", "2d")),
    ],
)
def test_a_weaker_or_a_shorter_action_is_milder(milder, stronger):
    assert milder.is_milder_than(stronger)


def test_the_same_action_for_the_same_time_is_not_milder_whenever_it_comes():
    assert not Step(9, "mute", "1d").is_milder_than(Step(3, "mute", "24h"))


@st.composite
def ladders(draw) -> Ladder:
    """A sound one: its steps go upwards, and none is milder than the one below."""
    steps: list[Step] = []
    for at in sorted(draw(st.sets(st.integers(1, 12), max_size=4))):
        action = draw(st.sampled_from(ACCOUNT_ACTIONS))
        step = Step(at, action, None if action == "warn" else draw(st.sampled_from(["1h", "1d", "7d", None])))
        if not steps or not step.is_milder_than(steps[-1]):
            steps.append(step)
    weights = {severity: draw(st.integers(0, 5)) for severity in STRIKES}
    expire = draw(st.sampled_from(["1d", "30d", "90d"]))
    return Ladder(weights, expire, draw(st.sampled_from(["warn", "none"])), tuple(steps))


@given(ladders(), ladders())
def test_a_ladder_that_is_not_weaker_leads_nowhere_to_less(before, after):
    fewer = any(after.strikes[severity] < before.strikes[severity] for severity in STRIKES)
    milder = [
        total
        for total in range(1, 15)
        if (step := before.reached(total))
        and ((instead := after.reached(total)) is None or instead.is_milder_than(step))
    ]
    sooner = int(after.expire[:-1]) < int(before.expire[:-1])
    assert bool(list(weaker_ladder(before, after))) is bool(fewer or milder or sooner)


@given(ladders())
def test_a_ladder_is_not_weaker_than_itself(ladder):
    assert not list(weaker_ladder(ladder, ladder))


def test_the_usual_weights_double_with_the_severity():
    assert Ladder().strikes == {Severity.MINOR: 1, Severity.MODERATE: 2, Severity.SEVERE: 4}
