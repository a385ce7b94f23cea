"""A judge in a moderator: what it is asked, what it decides, what its failures do."""

from __future__ import annotations

import asyncio

import pytest

from comity import Item, Moderator
from comity.decide.transcript import recall, transcript
from comity.detect.judge import judges_at
from comity.policy import read
from tests.detect.judge.benches import options
from tests.detect.judge.scripted_server import Reply, is_structured, says, scripted_server, verdict
from tests.fakes import WordDetector

POLICY = """
policy: garden
version: 1
on_failure: {on_failure}
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    exceptions: [Friendly banter between people who plainly know each other]
    categories: {{insult: 0.80}}
    review: 0.50
    action: remove
  - id: on-topic
    text: Talk about plants.
    action: remove
    state: {on_topic}
"""
INSULTS = WordDetector("insult", {"walnut": 0.9, "nut": 0.6})


def garden(url, on_failure="review", on_topic="draft", **fields):
    policy = read(POLICY.format(on_failure=on_failure, on_topic=on_topic))
    return Moderator(policy, detectors=[INSULTS], judge=judges_at(options(url, **fields)))


def banter_is_fine(body, number):
    return says(0.03 if "haha" in body["messages"][1]["content"] else 0.97)


def test_a_rule_with_exceptions_is_enforced_rather_than_deferred():
    with scripted_server(banter_is_fine) as server, garden(server.url) as moderator:
        [rule] = moderator.plan.rules
        assert (rule.deferred, rule.on_hit, rule.enforcers) == (False, ("remove",), ("detector", "judge"))
        broken, excused = moderator.moderate_many(["you walnut", "you walnut haha"])
        assert (broken.action, excused.action) == ("remove", "allow")
        assert broken.settled_by == "judge"
        assert "The judge says that this rule is broken" in broken.violations[0].reason


def test_only_the_rules_in_doubt_are_asked_about():
    with scripted_server(banter_is_fine) as server, garden(server.url, on_topic="live") as moderator:
        moderator.moderate("lovely weather")
        assert all("Talk about plants" in prompt for prompt in server.prompts)
        before = len(server.bodies)
        moderator.moderate("you walnut")
        assert any("Criticise" in prompt for prompt in server.prompts[before:])


def test_the_judge_is_blind_to_what_others_found():
    with scripted_server(banter_is_fine) as server, garden(server.url) as moderator:
        moderator.moderate(Item.text("you walnut", author="alice", community="plot 9"))
    for prompt in server.prompts:
        for told in ("words.v1", "insult:", "0.9", "alice", "plot 9", "remove"):
            assert told not in prompt


@pytest.mark.parametrize("reply", [Reply({}, 401), Reply(b"nonsense"), Reply(says(0.01), seconds=20)])
@pytest.mark.parametrize("on_failure", ["review", "block"])
def test_a_failure_follows_the_policy_and_is_told(reply, on_failure):
    with (
        scripted_server(lambda body, n: reply) as server,
        garden(server.url, on_failure, deadline_ms=200) as moderator,
    ):
        decision = moderator.moderate("you walnut")
        assert decision.action == on_failure
        assert any(f"on_failure: {on_failure}" in missing.reason for missing in decision.not_judged)
        assert moderator.moderate("hello").action == "allow"  # nobody needed the judge


def test_what_it_costs_is_on_the_decision():
    with scripted_server(banter_is_fine) as server, garden(server.url, price=(1.0, 1.0)) as moderator:
        first, second, free = (
            moderator.moderate(text) for text in ("you walnut", "you walnut haha", "you walnut")
        )
    assert first.cost == pytest.approx(2 * 0.00101)  # the item, and once the item without content
    assert second.cost == pytest.approx(0.00101)
    assert free.cost == 0
    assert first.timings["judge.v1:no-insults"] > 0


def test_a_decision_is_made_again_without_the_model_and_at_no_cost():
    def reply(body, number):
        return verdict(body) if is_structured(body) else says(0.5)

    with scripted_server(reply) as server, garden(server.url, price=(1.0, 1.0)) as moderator:
        made = moderator.moderate("you walnut")
        kept = recall(transcript(made))
        assert kept.outcomes == made.outcomes
        [signal] = kept.outcomes["judge.v1:no-insults"].signals
        assert signal.rationale == "It calls a person a name."
        asked = len(server.bodies)
        again = moderator.moderate("you walnut", kept.facts, known=kept.outcomes)
        assert (again.actions, again.violations, again.cost) == (made.actions, made.violations, 0)
        assert len(server.bodies) == asked


def test_another_model_is_another_plan():
    digests = {garden("http://localhost/v1", model=model).plan.digest for model in ("tiny", "large")}
    assert len(digests) == 2


def test_asyncio_and_threads_may_use_one_moderator():
    with scripted_server(banter_is_fine) as server, garden(server.url) as moderator:
        assert moderator.moderate("you walnut 1").action == "remove"
        assert asyncio.run(moderator.amoderate("you walnut 2")).action == "remove"
        assert moderator.moderate("you walnut 3").action == "remove"


def test_a_guard_with_its_own_categories_judges_them_and_leaves_exceptions_to_people():
    from tests.detect.judge.scripted_server import chat

    text = """
policy: garden
version: 1
rules:
  - {id: no-hate, text: No hate., categories: {hate: 0.8}, action: remove}
  - {id: no-sex, text: No sex., exceptions: [Plants], categories: {sexual: 0.8}, action: remove}
"""
    with (
        scripted_server(lambda body, n: chat("unsafe\nS10,S12")) as server,
        Moderator(
            read(text), detectors=[], judge=judges_at(options(server.url, dialect="llama-guard"))
        ) as guarded,
    ):
        decision = guarded.moderate("hello")
    assert [(found.rule, found.action) for found in decision.violations] == [
        ("no-hate", "remove"),
        ("no-sex", "review"),
    ]
    assert len(server.bodies) == 1


def test_a_judge_that_stalls_is_left_alone_after_a_while():
    with (
        scripted_server(lambda body, n: Reply(says(0.97), seconds=20)) as server,
        garden(server.url, deadline_ms=100) as moderator,
    ):
        reasons = [
            " ".join(missing.reason for missing in moderator.moderate(f"you walnut {number}").not_judged)
            for number in range(7)
        ]
    assert "no answer within 100 ms" in reasons[0]
    assert "left alone" in reasons[-1]
    assert len(server.bodies) == 5
