"""A ladder on the past."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.decide.simulate import Incident, StepCount, difference, simulate
from comity.errors import InputError
from comity.policy import Ladder, Policy, Rule, Step
from comity.taxonomy import Severity

START = datetime(2026, 1, 1, tzinfo=UTC)
RULES = (Rule("be-kind", "Be kind."), Rule("be-brief", "Be brief.", strikes=0))
LADDER = Ladder(expire="30d", steps=(Step(3, "mute", "1d"), Step(6, "ban")))
POLICY = Policy("house", 1, RULES, ladder=LADDER)


def incident(author: str, day: float, severity: Severity = Severity.MINOR, **changes: object) -> Incident:
    return replace(
        Incident(author, START + timedelta(days=day), (("be-kind", severity),)),
        **changes,  # type: ignore[arg-type]
    )


def counts(policy: Policy, *history: Incident) -> dict[tuple[int | None, str], tuple[int, int]]:
    steps = simulate(policy, history).steps
    return {(step.at, step.action): (step.authors, step.restrictions) for step in steps}


def test_every_step_tells_how_many_authors_reached_it_and_how_often():
    history = [incident("ann", day) for day in (0, 2, 4, 6)] + [incident("bob", 1)]
    assert counts(POLICY, *history) == {(1, "warn"): (2, 3), (3, "mute"): (1, 2), (6, "ban"): (0, 0)}


def test_strikes_expire_on_the_way():
    assert counts(POLICY, *(incident("ann", day) for day in (0, 40, 80)))[1, "warn"] == (1, 3)


def test_who_is_muted_or_banned_does_not_post_the_next_violation():
    found = simulate(
        POLICY,
        [incident("ann", 0, Severity.SEVERE), incident("ann", 0.5), incident("ann", 2, Severity.SEVERE)],
    )
    assert (found.incidents, found.strikes, found.prevented) == (3, 2, 1)
    assert found.gravest == {"ann": "ban"}


def test_what_rules_name_themselves_stands_beside_the_ladder():
    own = incident("ann", 0, violations=(("be-brief", Severity.MINOR),), own="mute")
    assert counts(POLICY, own)[None, "mute"] == (1, 1)
    assert simulate(POLICY, [own]).strikes == 0


def test_a_policy_without_a_ladder_has_nothing_to_simulate():
    with pytest.raises(InputError, match="`house@1` has no ladder"):
        simulate(replace(POLICY, ladder=None), [])


HISTORIES = st.lists(
    st.builds(
        incident,
        st.sampled_from(["ann", "bob"]),
        st.floats(0, 60),
        st.sampled_from([Severity.MINOR, Severity.MODERATE, Severity.SEVERE]),
    ),
    max_size=12,
    unique_by=lambda each: each.decided_at,
)


@given(HISTORIES, st.randoms())
def test_the_order_in_which_a_history_is_read_does_not_matter(history, random):
    first = simulate(POLICY, history)
    random.shuffle(history)
    assert simulate(POLICY, history) == first


@given(HISTORIES)
def test_every_incident_is_a_strike_or_prevented(history):
    found = simulate(POLICY, history)
    assert found.strikes + found.prevented == found.incidents == len(history)
    assert sum(step.restrictions for step in found.steps) == found.strikes


class TestDifference:
    history = (incident("ann", 0, Severity.SEVERE), incident("bob", 0), incident("cem", 0, Severity.MODERATE))
    before = simulate(POLICY, history)
    after = simulate(
        replace(
            POLICY, version=2, ladder=Ladder(first="none", steps=(Step(2, "mute", "1d"), Step(4, "ban")))
        ),
        history,
    )

    def test_it_counts_for_how_many_authors_another_ladder_is_stricter_or_milder(self):
        found = difference(self.before, self.after)
        assert found.authors == {"warn": (2, 0), "mute": (1, 1), "suspend": (0, 0), "ban": (0, 1)}
        assert (found.stricter, found.milder) == (2, 1)

    def test_a_ladder_does_not_differ_from_itself(self):
        found = difference(self.before, self.before)
        assert (found.stricter, found.milder) == (0, 0)

    def test_it_prints_as_a_table(self):
        assert difference(self.before, self.after).to_text() == (
            "gravest action  house@1  house@2  difference\n"
            "warn                  2        0          -2\n"
            "mute                  1        1          +0\n"
            "suspend               0        0          +0\n"
            "ban                   0        1          +1\n"
            "prevented             0        0          +0\n"
            "Stricter for 2 authors, milder for 1."
        )

    def test_it_is_told_as_json(self):
        told = json.loads(json.dumps(difference(self.before, self.after).to_json()))
        assert (told["before"], told["after"], told["authors"]["ban"]) == ("house@1", "house@2", [0, 1])


def test_a_simulation_prints_as_a_table():
    found = simulate(POLICY, [incident("ann", 0), incident("bob", 0, own="suspend")])
    assert found.steps[-1] == StepCount(None, "suspend", 1, 1)
    assert found.to_text() == (
        "house@1: 2 incidents of 2 authors, 2 strikes; 0 incidents prevented.\n"
        "at     action  authors  restrictions\n"
        "1        warn        1             1\n"
        "3        mute        0             0\n"
        "6         ban        0             0\n"
        "rule  suspend        1             1"
    )


def test_a_simulation_is_told_as_json():
    told = json.loads(json.dumps(simulate(POLICY, [incident("ann", 0)]).to_json()))
    assert told["steps"][0] == {"at": 1, "action": "warn", "authors": 1, "restrictions": 1}
    assert (told["policy"], told["incidents"], told["authors"], told["strikes"]) == ("house@1", 1, 1, 1)
