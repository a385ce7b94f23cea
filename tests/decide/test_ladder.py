"""What a decision brings an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Span
from comity.decide import NO_FACTS, Decision, Violation, compile
from comity.decide.actions import rank
from comity.decide.ladder import (
    Consequences,
    Restriction,
    Strike,
    climb,
    consequences,
    standing,
    strike_for,
    weight,
)
from comity.policy import ACCOUNT_ACTIONS, HitRate, Ladder, Policy, Reason, Rule, Step
from comity.taxonomy import Severity
from tests.fakes import WordDetector
from tests.policy.test_ladder import ladders

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LADDER = Ladder(expire="30d", steps=(Step(3, "mute", "1d"), Step(6, "suspend", "7d"), Step(10, "ban")))
POLICY = Policy(
    "house",
    1,
    (
        Rule("be-kind", "Be kind.", actions=("remove",)),
        Rule("no-threats", "Threaten nobody.", actions=("remove", "suspend")),
        Rule("be-brief", "Be brief.", actions=("limit",), strikes=0),
        Rule("no-spam", "Do not advertise.", actions=("remove",), strikes=5),
    ),
    ladder=LADDER,
)


def broken(rule: str, action: str = "remove", severity: Severity = Severity.MINOR) -> Violation:
    return Violation(rule, "insult", action, "Because.", (Span("text", 0, 1),), 0.9, severity)


def decided(
    *violations: Violation,
    actions: Sequence[str] = ("remove",),
    shadow: bool = False,
    actor: str = "automation",
) -> Decision:
    return Decision(
        "item-1",
        tuple(actions),
        violations,
        (),
        {},
        {},
        {},
        0.9,
        NO_FACTS,
        "digest",
        "house@1",
        shadow,
        actor=actor,
    )


def strike(weight: int, *, expires_in: timedelta = DAY, revoked: bool = False) -> Strike:
    return Strike(weight, NOW - DAY, NOW + expires_in, "be-kind", revoked)


def climbed(total: int, **options: object) -> Restriction | None:
    return climb(LADDER, [strike(total - 1)] if total > 1 else [], strike(1), NOW, **options)  # type: ignore[arg-type]


def test_what_follows_for_accounts_is_no_part_of_how_items_are_judged():
    """So that the plan of a policy stays the same, and with it what decisions are told to rest on."""
    rule = Rule("be-kind", "Be kind.", terms=("fool",), actions=("remove",))
    rest = Policy("house", 1, (rule,))
    consequent = replace(rule, strikes=3, expect=HitRate(0.0, 0.1))
    reasons = (Reason("rude", "It is rude", ("be-kind",)),)
    detector = WordDetector("terms:be-kind", {"fool": 1.0})
    more = Policy("house", 1, (consequent,), ladder=LADDER, reasons=reasons)
    assert compile(more, [detector]).digest == compile(rest, [detector]).digest


class TestStrikes:
    @pytest.mark.parametrize("action", ["limit", "remove", "block"])
    def test_an_item_that_is_limited_removed_or_blocked_gives_a_strike(self, action):
        found = strike_for(decided(broken("be-kind", action), actions=(action,)), POLICY, NOW)
        assert found == Strike(1, NOW, NOW + timedelta(days=30), "be-kind")

    @pytest.mark.parametrize("action", ["allow", "label", "review"])
    def test_one_that_stays_is_labelled_or_waits_for_a_person_gives_none(self, action):
        assert strike_for(decided(broken("be-kind", action), actions=(action,)), POLICY, NOW) is None

    def test_a_decision_in_shadow_brings_nothing(self):
        decision = decided(broken("no-threats"), actions=("remove", "suspend"), shadow=True)
        assert consequences(decision, POLICY, NOW) == Consequences()

    def test_a_policy_without_a_ladder_gives_no_strikes(self):
        assert strike_for(decided(broken("be-kind")), Policy("house", 1, POLICY.rules), NOW) is None

    def test_a_failure_that_blocks_gives_no_strike(self):
        assert strike_for(decided(actions=("block",)), POLICY, NOW) is None

    @pytest.mark.parametrize(
        ("severity", "weighs"), [(Severity.MINOR, 1), (Severity.MODERATE, 2), (Severity.SEVERE, 4)]
    )
    def test_a_violation_weighs_what_its_severity_does(self, severity, weighs):
        assert weight(POLICY, "be-kind", severity) == weighs

    def test_a_rule_with_strikes_of_its_own_weighs_that_whatever_the_severity(self):
        assert {weight(POLICY, "no-spam", severity) for severity in Severity} == {5}

    def test_a_rule_of_weight_zero_is_never_a_strike(self):
        assert strike_for(decided(broken("be-brief", "limit"), actions=("limit",)), POLICY, NOW) is None

    def test_a_decision_gives_one_strike_that_of_its_heaviest_violation(self):
        found = strike_for(decided(broken("be-kind"), broken("no-spam"), broken("be-brief")), POLICY, NOW)
        assert found is not None
        assert (found.weight, found.rule) == (5, "no-spam")

    def test_a_rule_that_only_may_be_broken_does_not_count(self):
        found = strike_for(decided(broken("be-kind"), broken("no-spam", "review")), POLICY, NOW)
        assert found is not None
        assert found.rule == "be-kind"

    def test_every_rule_that_a_person_names_counts(self):
        found = strike_for(decided(broken("no-spam", "review"), actor="mira"), POLICY, NOW)
        assert found is not None
        assert found.rule == "no-spam"


class TestClimbing:
    @pytest.mark.parametrize(
        ("total", "follows"),
        [
            (1, Restriction("warn", None, 1, 1)),
            (3, Restriction("mute", NOW + DAY, 3, 3)),
            (7, Restriction("suspend", NOW + 7 * DAY, 7, 6)),
            (12, Restriction("ban", None, 12, 10)),
        ],
    )
    def test_what_follows_is_the_highest_step_that_the_sum_reaches(self, total, follows):
        assert climbed(total) == follows

    def test_old_strikes_alone_lead_to_nothing(self):
        assert climb(LADDER, [strike(9)], None, NOW) is None

    def test_a_stronger_action_of_the_rule_stays_for_as_long_as_its_step_lasts(self):
        assert climbed(1, own="suspend") == Restriction("suspend", NOW + 7 * DAY, 1, None)

    def test_where_no_step_is_as_strong_the_rules_action_holds_until_somebody_lifts_it(self):
        assert climb(Ladder(), [], strike(1), NOW, own="mute") == Restriction("mute", None, 1, None)

    def test_a_weaker_action_of_the_rule_gives_way_to_the_ladder(self):
        assert climbed(6, own="mute") == Restriction("suspend", NOW + 7 * DAY, 6, 6)

    def test_a_rule_restricts_without_a_strike_and_without_a_ladder(self):
        decision = decided(broken("no-threats", "allow"), actions=("allow", "ban"))
        without = Policy("house", 1, POLICY.rules)
        assert consequences(decision, without, NOW) == Consequences(None, Restriction("ban"))

    @pytest.mark.parametrize(
        "held", [Restriction("mute", NOW + DAY), Restriction("mute"), Restriction("suspend", NOW + 2 * DAY)]
    )
    def test_nothing_follows_that_a_running_restriction_covers(self, held):
        assert climbed(3, running=[held]) is None

    @pytest.mark.parametrize(
        "held",
        [Restriction("mute", NOW + timedelta(hours=1)), Restriction("warn"), Restriction("ban", NOW - DAY)],
    )
    def test_a_weaker_shorter_or_ended_restriction_covers_nothing(self, held):
        assert climbed(3, running=[held]) == Restriction("mute", NOW + DAY, 3, 3)

    def test_a_warning_is_told_whatever_runs(self):
        assert climbed(1, running=[Restriction("ban")]) == Restriction("warn", None, 1, 1)

    def test_a_decision_is_followed_by_its_strike_and_what_the_sum_leads_to(self):
        found = consequences(decided(broken("no-spam")), POLICY, NOW, [strike(1)])
        assert found.strike == Strike(5, NOW, NOW + timedelta(days=30), "no-spam")
        assert found.restriction == Restriction("suspend", NOW + 7 * DAY, 6, 6)

    def test_a_restriction_runs_until_it_ends_and_a_warning_never_does(self):
        assert Restriction("mute", NOW + DAY).runs(NOW)
        assert Restriction("ban").runs(NOW)
        assert not Restriction("mute", NOW).runs(NOW)
        assert not Restriction("warn").runs(NOW)


STRIKES = st.builds(
    Strike,
    weight=st.integers(1, 6),
    given_at=st.just(NOW - DAY),
    expires_at=st.sampled_from([NOW - DAY, NOW, NOW + DAY]),
    rule=st.just("be-kind"),
    revoked=st.booleans(),
)
COUNTING = st.builds(Strike, st.integers(1, 6), st.just(NOW - DAY), st.just(NOW + DAY))
OWN = st.none() | st.sampled_from(ACCOUNT_ACTIONS)
UNTIL = st.none() | st.sampled_from([NOW + timedelta(hours=1), NOW + DAY, NOW + 30 * DAY])
RUNNING = st.lists(st.builds(Restriction, st.sampled_from(["mute", "suspend", "ban"]), UNTIL), max_size=3)


def felt(restriction: Restriction | None) -> tuple[int, float]:
    """How strong it is, and for how long."""
    if restriction is None or restriction.action == "warn":
        return (-1 if restriction is None else 0), 0.0
    lasts = (restriction.until - NOW).total_seconds() if restriction.until else float("inf")
    return rank(restriction.action), lasts


@given(ladders(), st.lists(STRIKES), COUNTING, OWN, COUNTING)
def test_more_strikes_never_lead_to_something_milder_or_shorter(ladder, strikes, new, own, more):
    action, lasts = felt(climb(ladder, strikes, new, NOW, own=own))
    action_with_more, lasts_with_more = felt(climb(ladder, [*strikes, more], new, NOW, own=own))
    assert action_with_more >= action
    assert lasts_with_more >= lasts


@given(ladders(), st.lists(STRIKES), COUNTING, OWN)
def test_expired_and_revoked_strikes_never_count(ladder, strikes, new, own):
    counting = [found for found in strikes if not found.revoked and found.expires_at > NOW]
    assert climb(ladder, strikes, new, NOW, own=own) == climb(ladder, counting, new, NOW, own=own)
    assert standing(strikes, NOW) == sum(found.weight for found in counting)


@given(ladders(), st.lists(STRIKES), COUNTING, OWN, RUNNING, st.randoms())
def test_the_order_of_strikes_and_restrictions_does_not_matter(ladder, strikes, new, own, running, random):
    first = climb(ladder, strikes, new, NOW, own=own, running=running)
    random.shuffle(strikes)
    random.shuffle(running)
    assert climb(ladder, strikes, new, NOW, own=own, running=running) == first


@given(ladders(), st.lists(STRIKES), COUNTING, st.sampled_from(ACCOUNT_ACTIONS))
def test_an_action_that_the_rule_names_is_never_weakened(ladder, strikes, new, own):
    found = climb(ladder, strikes, new, NOW, own=own)
    assert found is not None
    assert rank(found.action) >= rank(own)


@given(ladders(), st.lists(STRIKES), COUNTING, OWN, RUNNING)
def test_with_or_without_a_new_restriction_the_account_is_under_all_that_the_ladder_says(
    ladder, strikes, new, own, running
):
    said = climb(ladder, strikes, new, NOW, own=own)
    added = climb(ladder, strikes, new, NOW, own=own, running=running)
    under = [*running, *([added] if added else [])]
    assert said is None or said in under or any(held.covers(said) for held in under)
