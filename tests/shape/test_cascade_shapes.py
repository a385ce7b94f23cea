"""The joints of the cascade that later work hangs on, each proved with small fakes."""

from __future__ import annotations

import asyncio

import pytest

from comity import Item, Moderator
from comity.decide import Calibration, Facts
from comity.detect import Failed, Signal, Signals, Tier
from comity.errors import CalibrationError
from comity.models.card import Label
from comity.policy import Condition, Counter, Policy, Risk, Rule, RuleExample
from tests.fakes import BrokenDetector, ReadingJudge, SilentDetector, SlowDetector, WordDetector

INSULTS = WordDetector("insult", {"walnut": 0.9, "nut": 0.6})
NO_INSULTS = Rule(
    "no-insults", "Criticise the idea.", categories={"insult": 0.8}, review=0.5, actions=("remove",)
)


def policy(*rules: Rule, **fields: object) -> Policy:
    return Policy("test", 1, rules, **fields)


def test_a_score_at_the_threshold_acts_and_one_in_the_band_goes_to_a_person():
    moderator = Moderator(policy(NO_INSULTS), detectors=[INSULTS])
    actions = [moderator.moderate(text).actions for text in ("you walnut", "you nut", "hello")]
    assert actions == [("remove",), ("review",), ("allow",)]


def test_a_violation_cites_its_rule_with_a_reason_and_evidence():
    [violation] = Moderator(policy(NO_INSULTS), detectors=[INSULTS]).moderate("you walnut").violations
    assert violation.rule == "no-insults"
    assert "0.90" in violation.reason
    assert (violation.evidence[0].start, violation.evidence[0].end) == (4, 10)


async def _moderate(moderator: Moderator, text: str):
    return await moderator.amoderate(text)


def test_a_slow_detector_is_cancelled_when_the_decision_is_settled_without_it():
    slow = SlowDetector("insult", {"walnut": 0.9}, name="slow.v1")
    moderator = Moderator(policy(NO_INSULTS), detectors=[INSULTS, slow])
    decision = asyncio.run(asyncio.wait_for(_moderate(moderator, "you walnut"), timeout=10))
    assert decision.action == "remove"
    assert slow.cancelled
    assert "slow.v1" not in decision.outcomes


def test_a_remote_detector_past_its_deadline_has_failed_and_never_means_allow():
    slow = SlowDetector("insult", {}, name="slow.v1", deadline_ms=20)
    with Moderator(policy(NO_INSULTS), detectors=[slow]) as moderator:
        decision = moderator.moderate("good morning")
    assert decision.action == "review"
    assert "no answer within 20 ms" in decision.not_judged[0].reason


def test_cheap_detectors_settle_what_they_can_and_dear_ones_are_asked_for_the_rest():
    cheap = WordDetector("insult", {"walnut": 0.9}, name="cheap.v1")
    dear = WordDetector("insult", {"turnip": 0.9}, name="dear.v1", tier=Tier.MODEL)
    decisions = list(
        Moderator(policy(NO_INSULTS), detectors=[dear, cheap]).moderate_many(["you walnut", "you turnip"])
    )
    assert [decision.action for decision in decisions] == ["remove", "remove"]
    assert [decision.settled_by for decision in decisions] == ["exact", "model"]
    assert dear.asked == [decisions[1].item_id]


def test_wanted_scores_are_asked_for_even_where_no_rule_needs_them():
    other = WordDetector("spam", {"buy": 0.7}, name="spam.v1")
    moderator = Moderator(policy(NO_INSULTS), detectors=[INSULTS, other])
    assert "spam" not in moderator.moderate("buy now").scores
    decision = moderator.moderate("buy now", want={"spam", "sexual"})
    assert decision.scores["spam"] == pytest.approx(0.7)
    assert ("sexual", "no detector judges it") in [
        (missing.what, missing.reason) for missing in decision.not_judged
    ]


@pytest.mark.parametrize(
    ("on_failure", "on_unjudged", "detector", "action"),
    [
        ("review", "allow", BrokenDetector, "review"),
        ("block", "allow", BrokenDetector, "block"),
        ("allow", "review", BrokenDetector, "allow"),
        ("block", "allow", SilentDetector, "allow"),
        ("allow", "review", SilentDetector, "review"),
        ("allow", "block", SilentDetector, "block"),
    ],
)
def test_failure_and_silence_follow_the_policy_and_the_decision_says_so(
    on_failure, on_unjudged, detector, action
):
    rules = policy(NO_INSULTS, on_failure=on_failure, on_unjudged=on_unjudged)
    decision = Moderator(rules, detectors=[detector("insult", {})]).moderate("good morning")
    assert decision.action == action
    assert decision.confidence is None
    assert decision.not_judged[0].what == "rule:no-insults"


def test_a_failed_detector_that_no_unsettled_rule_needed_changes_nothing():
    broken = BrokenDetector("insult", {}, name="broken.v1", tier=Tier.MODEL)
    decision = Moderator(policy(NO_INSULTS), detectors=[INSULTS, broken]).moderate("you walnut")
    assert decision.actions == ("remove",)


def test_a_judge_is_built_from_the_rules_own_words_and_asked_only_in_doubt():
    rule = Rule(
        "no-insults",
        "Criticise the idea.",
        exceptions=("banter between friends",),
        categories={"insult": 0.8},
        review=0.5,
        actions=("remove",),
        examples=(RuleExample("you walnut", True), RuleExample("what a rubbish idea", False)),
    )
    judges: list[ReadingJudge] = []

    def build(rules):
        judges.append(ReadingJudge(rules))
        return judges

    moderator = Moderator(policy(rule), detectors=[WordDetector("insult", {"walnut": 0.9})], judge=build)
    [judge] = judges
    assert [criterion.exceptions for criterion in judge.rules] == [("banter between friends",)]
    clear, hit, excused = moderator.moderate_many(["hello", "walnut", "walnut banter"])
    assert [clear.action, hit.action, excused.action] == ["allow", "remove", "allow"]
    assert judge.asked == [hit.item_id, excused.item_id]


def test_exceptions_that_nobody_can_check_turn_an_action_into_a_review():
    rule = Rule(
        "no-insults", "x", exceptions=("banter",), categories={"insult": 0.8}, actions=("remove", "warn")
    )
    decision = Moderator(policy(rule), detectors=[INSULTS]).moderate("you walnut")
    assert decision.actions == ("review",)
    assert "Nothing here can check its exceptions" in decision.violations[0].reason
    acting = Rule(
        "no-insults",
        "x",
        exceptions=("banter",),
        categories={"insult": 0.8},
        actions=("remove",),
        without_judge="act",
    )
    assert Moderator(policy(acting), detectors=[INSULTS]).moderate("you walnut").actions == ("remove",)


def test_an_item_action_may_come_with_an_action_on_the_account():
    rule = Rule("no-insults", "x", categories={"insult": 0.8}, actions=("remove", "warn"))
    threats = Rule("no-threats", "x", categories={"threat": 0.8}, actions=("block", "suspend"))
    detectors = [INSULTS, WordDetector("threat", {"hurt": 0.9}, name="threats.v1")]
    moderator = Moderator(policy(rule, threats), detectors=detectors)
    assert moderator.moderate("you walnut").actions == ("remove", "warn")
    assert moderator.moderate("walnut, I will hurt you").actions == ("block", "suspend")


class ChangingBank:
    """A detector on data that change: its revision is told with every signal."""

    name = "bank.v1"
    criteria = frozenset({"spam"})
    modalities = frozenset({"text"})
    languages = None
    tier = Tier.EXACT

    def __init__(self) -> None:
        self.texts: list[str] = []

    def detect(self, items):
        source = f"{self.name}@{len(self.texts)}"
        return [
            Signals(
                tuple(Signal("spam", 1.0, source) for part in item.text_parts if part.text in self.texts),
                self.criteria,
            )
            for item in items
        ]


def test_a_detector_whose_data_change_says_which_revision_it_used_and_the_plan_stays_the_same():
    bank = ChangingBank()
    rule = Rule("no-spam", "x", categories={"spam": 0.5}, actions=("remove",))
    moderator = Moderator(policy(rule), detectors=[bank])
    before = moderator.moderate("buy cheap pills")
    bank.texts.append("buy cheap pills")
    after = moderator.moderate("buy cheap pills")
    assert (before.action, after.action) == ("allow", "remove")
    assert after.outcomes["bank.v1"].signals[0].detector == "bank.v1@1"
    assert before.plan == after.plan


FLOOD = Rule("no-flooding", "Slow down.", when=Condition("counters.posts_10m > 5"), actions=("limit",))


@pytest.mark.parametrize(
    ("counters", "action", "unjudged"),
    [
        ({"posts_10m": 9}, "limit", []),
        ({"posts_10m": 2}, "allow", []),
        ({}, "review", ["rule:no-flooding"]),
    ],
    ids=["over the limit", "under it", "unknown"],
)
def test_a_counter_rule_with_without_and_with_unknown_facts(counters, action, unjudged):
    rules = policy(FLOOD, counters={"posts_10m": Counter("author", "10m")}, on_unjudged="review")
    decision = Moderator(rules, detectors=[]).moderate("hello", Facts(counters=counters))
    assert decision.action == action
    assert [missing.what for missing in decision.not_judged if missing.what.startswith("rule:")] == unjudged


def test_a_shadow_rule_never_changes_or_delays_the_live_decision():
    dear = WordDetector("spam", {"buy": 0.9}, name="dear.v1", tier=Tier.MODEL)
    shadow = Rule("no-spam", "x", categories={"spam": 0.5}, actions=("block",), state="shadow")
    moderator = Moderator(policy(NO_INSULTS, shadow), detectors=[INSULTS, dear])
    live = moderator.moderate("buy now")
    assert live.actions == ("allow",)
    assert dear.asked == []
    would_have = moderator.shadow("buy now", live)
    assert would_have.shadow
    assert would_have.actions == ("block",)


def test_a_policy_without_shadow_rules_has_no_shadow_decision():
    moderator = Moderator(policy(NO_INSULTS), detectors=[INSULTS])
    assert moderator.shadow("hello", moderator.moderate("hello")) is None


def test_an_outcome_propagated_from_a_near_duplicate_decides_and_says_where_it_came_from():
    moderator = Moderator(policy(NO_INSULTS), detectors=[INSULTS])
    first = moderator.moderate(Item.text("you walnut", id="first"))
    seen = first.outcomes["words.v1"]
    copied = Signals(seen.signals, seen.judged, propagated_from="first")
    INSULTS.asked.clear()
    second = moderator.moderate(Item.text("you walnut!", id="second"), known={"words.v1": copied})
    assert second.action == "remove"
    assert second.outcomes["words.v1"].propagated_from == "first"
    assert INSULTS.asked == []


@pytest.mark.parametrize("text", ["you walnut", "you nut", "hello"])
def test_deciding_again_from_recorded_outcomes_gives_the_same_decision(text):
    moderator = Moderator(policy(NO_INSULTS), detectors=[INSULTS])
    first = moderator.moderate(text)
    INSULTS.asked.clear()
    again = moderator.moderate(text, first.facts, known=first.outcomes)
    same = (
        "actions",
        "violations",
        "not_judged",
        "scores",
        "outcomes",
        "confidence",
        "facts",
        "plan",
        "settled_by",
    )
    assert all(getattr(first, name) == getattr(again, name) for name in same)
    assert first.id != again.id
    assert INSULTS.asked == []


def test_a_stated_risk_is_resolved_by_calibration_when_the_plan_is_compiled():
    label = Label(
        calibration={"slope": 1, "intercept": 0},
        positives=100,
        negatives=100,
        points=[[0.3, 90, 60], [0.7, 50, 4]],
    )
    rule = Rule("no-insults", "x", categories={"insult": Risk("precision", 0.9)}, actions=("remove",))
    moderator = Moderator(
        policy(rule), detectors=[INSULTS], calibration=Calibration(labels={"insult": label})
    )
    assert moderator.plan.rules[0].screens[0].act == pytest.approx(0.7)


def test_a_risk_that_cannot_be_promised_is_refused_with_what_to_do():
    rule = Rule("no-insults", "x", categories={"insult": Risk("precision", 0.9)}, actions=("remove",))
    with pytest.raises(CalibrationError, match="Give a number"):
        Moderator(policy(rule), detectors=[INSULTS])


def test_a_detector_that_answers_for_too_few_items_has_failed_on_all_of_them():
    class Forgetful(WordDetector):
        def detect(self, items):
            return super().detect(items)[:-1]

    moderator = Moderator(policy(NO_INSULTS), detectors=[Forgetful("insult", {})])
    decisions = list(moderator.moderate_many(["a b", "c d"]))
    assert [decision.action for decision in decisions] == ["review", "review"]
    assert all(isinstance(decision.outcomes["words.v1"], Failed) for decision in decisions)
