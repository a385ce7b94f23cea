"""The judge as a detector, in front of a real server."""

import asyncio
import json

import pytest

from comity.content import Item
from comity.detect import Abstained, AsyncDetector, Failed, Signals, Tier
from comity.detect.judge import judges_at
from comity.errors import InputError, NotFound
from tests.detect.judge.benches import ADVERTS, INSULTS, WALNUT, asked, judge, options
from tests.detect.judge.scripted_server import Reply, chat, is_structured, says, scripted_server, verdict


def scores(outcome):
    return {signal.criterion: signal.score for signal in outcome.signals}


def answering(probability, neutral=0.5):
    """A model that says yes with `probability` of anything but the item without content."""

    def reply(body, number):
        about_nothing = "ITEM, a post\nN/A\n" in body["messages"][1]["content"]
        return says(neutral if about_nothing else probability)

    return reply


def test_it_is_an_asynchronous_detector_of_the_dearest_tier():
    one = judge("http://localhost:1/v1")
    assert isinstance(one, AsyncDetector)
    assert (one.tier, one.criteria, one.name) == (Tier.JUDGE, {"rule:no-insults"}, "judge.v1")


@pytest.mark.parametrize("probability", [0.02, 0.97])
def test_a_clear_answer_is_the_probability_of_the_word_and_needs_no_reasons(probability):
    with scripted_server(answering(probability)) as server:
        [outcome] = asked(judge(server.url), WALNUT)
    assert outcome.judged == {"rule:no-insults"}
    assert scores(outcome) == {"rule:no-insults": pytest.approx(probability, abs=1e-3)}
    assert len(server.bodies) == 2  # the item, and the item without content
    assert all(body["logprobs"] and body["temperature"] == 0 for body in server.bodies)


def test_a_leaning_is_taken_off_and_asked_for_once_a_rule():
    with scripted_server(answering(0.95, neutral=0.7)) as server:
        outcomes = asked(judge(server.url), *(f"text {number}" for number in range(5)))
    assert len(server.bodies) == 6
    for outcome in outcomes:
        assert scores(outcome)["rule:no-insults"] == pytest.approx(0.89, abs=0.01)


def test_doubt_asks_for_reasons_and_these_decide():
    def reply(body, number):
        return verdict(body) if is_structured(body) else says(0.5)

    with scripted_server(reply) as server:
        [outcome] = asked(judge(server.url), WALNUT)
    [signal] = outcome.signals
    assert (signal.score, signal.rationale) == (0.93, "It calls a person a name.")
    assert [is_structured(body) for body in server.bodies].count(True) == 1


def test_a_verdict_names_the_exception_that_applies():
    def reply(body, number):
        return verdict(body, exception=1, violates=False, probability=0.1, rationale="They are friends.")

    with scripted_server(lambda body, n: reply(body, n) if is_structured(body) else says(0.5)) as server:
        [outcome] = asked(judge(server.url), WALNUT)
    assert outcome.signals[0].rationale == "exception 1: They are friends."


def test_an_endpoint_without_probabilities_is_asked_for_verdicts_from_then_on():
    def reply(body, number):
        return verdict(body) if is_structured(body) else chat("Yes")

    with scripted_server(reply) as server:
        one = judge(server.url)
        first, second = (asked(one, text)[0] for text in ("one", "two"))
    assert scores(first) == scores(second) == {"rule:no-insults": 0.93}
    assert [is_structured(body) for body in server.bodies] == [False, True, True]


def test_an_endpoint_that_rejects_logprobs_or_schemas_is_asked_without():
    def reply(body, number):
        if "logprobs" in body or "response_format" in body:
            return Reply({"error": "unknown field"}, 400)
        check = body["messages"][0]["content"].split('"check": "')[1].split('"')[0]
        told = {
            "rule": "no-insults",
            "rationale": "It does.",
            "exception": 0,
            "violates": True,
            "probability": 0.8,
        }
        return chat("```json\n" + json.dumps({"check": check, "verdicts": [told]}) + "\n```")

    with scripted_server(reply) as server:
        one = judge(server.url)
        outcomes = [asked(one, text)[0] for text in ("one", "two")]
    assert [scores(outcome) for outcome in outcomes] == [{"rule:no-insults": 0.8}] * 2
    assert len(server.bodies) == 4


def test_one_call_judges_several_rules_together():
    with scripted_server(lambda body, n: verdict(body)) as server:
        [outcome] = asked(judge(server.url, [INSULTS, ADVERTS]), WALNUT)
    assert scores(outcome) == {"rule:no-insults": 0.93, "rule:no-adverts": 0.93}
    assert len(server.bodies) == 1


def test_without_together_each_rule_has_a_judge_of_its_own():
    built = judges_at(options("http://localhost:1"))([INSULTS, ADVERTS])
    assert [one.name for one in built] == ["judge.v1:no-insults", "judge.v1:no-adverts"]
    assert len({one.artefact_digest for one in built}) == 2


def test_the_same_text_is_judged_once_until_the_rule_changes():
    with scripted_server(answering(0.97)) as server:
        one = judge(server.url, price=(1.0, 1.0))
        first, second = asked(one, WALNUT)[0], asked(one, Item.text("You absolute walnut."))[0]
        assert first.signals == second.signals
        assert first.cost > 0
        assert second.cost == 0
        assert len(server.bodies) == 2
        asked(one, Item.text("You absolute walnut.", thread=(Item.text("Banter?"),)))
        assert len(server.bodies) == 3


def test_a_failure_is_not_kept():
    with scripted_server(lambda body, n: Reply(b"", 401) if n == 0 else says(0.97)) as server:
        one = judge(server.url)
        assert isinstance(asked(one, WALNUT)[0], Failed)
        assert isinstance(asked(one, WALNUT)[0], Signals)


def test_a_day_has_its_budget():
    with scripted_server(answering(0.97)) as server:
        one = judge(server.url, price=(1.0, 0.0), daily_cost=0.002)
        assert isinstance(asked(one, "one")[0], Signals)  # two calls of 1,000 tokens at 0.001
        assert asked(one, "two")[0] == Failed("the judge's daily budget is used up")
    assert len(server.bodies) == 2


def test_what_was_paid_for_a_failure_is_told():
    with scripted_server(lambda body, n: chat("I would rather not say.")) as server:
        [outcome] = asked(judge(server.url, price=(1.0, 0.0)), WALNUT)
    assert isinstance(outcome, Failed)
    assert outcome.cost == pytest.approx(0.002)


def test_one_late_answer_fails_one_item_of_a_batch():
    def reply(body, number):
        late = "slow" in body["messages"][1]["content"]
        return Reply(says(0.97), seconds=20 if late else 0)

    with scripted_server(reply) as server:
        outcomes = asked(judge(server.url, deadline_ms=300), "one", "slow", "three")
    assert [type(outcome) for outcome in outcomes] == [Signals, Failed, Signals]
    assert outcomes[1].reason == "no answer within 300 ms"


def test_no_more_requests_are_under_way_than_allowed():
    with scripted_server(lambda body, n: Reply(says(0.97), seconds=0.02)) as server:
        asked(judge(server.url, concurrency=2), *(f"text {number}" for number in range(8)))
    assert server.most_at_once <= 2


def test_a_judge_may_be_asked_from_several_event_loops():
    with scripted_server(answering(0.97)) as server:
        one = judge(server.url)
        outcomes = [asyncio.run(one.detect([Item.text(text)]))[0] for text in ("one", "two")]
    assert all(isinstance(outcome, Signals) for outcome in outcomes)


def test_a_role_that_may_not_leave_is_abstained_from_and_not_sent():
    with scripted_server(answering(0.97)) as server:
        one = judge(server.url, roles={"": frozenset({"post"})})
        [outcome] = asked(one, Item.text("I live in Elm Street", role="profile"))
        assert outcome == Abstained("a profile of this community is not sent to the judge")
    assert server.bodies == []


def test_an_item_without_words_is_abstained_from():
    assert asked(judge("http://localhost:1/v1"), " \n") == [Abstained("the item has no text to judge")]


@pytest.mark.parametrize("url", ["ftp://localhost/v1", "localhost:11434", "", "http://"])
def test_a_url_that_is_none_is_said_at_once(url):
    with pytest.raises(InputError, match="not an http"):
        judge(url)


def test_an_unknown_dialect_names_those_there_are():
    with pytest.raises(NotFound, match="no dialect `klingon`"):
        judge("http://localhost:1/v1", dialect="klingon")
