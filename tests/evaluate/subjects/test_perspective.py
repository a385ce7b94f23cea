import numpy as np
import pytest

from comity.content import Item
from comity.errors import Unauthorised
from comity.evaluate.subjects.perspective import open_perspective
from comity.evaluate.subjects.policy import PolicySubject
from comity.serve.perspective.score_maps import ScoreMaps
from tests.evaluate.subjects.moody_server import QUICK, Answer, moody_server
from tests.serve.cast import DOUBTFUL, FRIENDLY, INSULT
from tests.serve.doors import detectors, garden_server, guarded_server

TEXTS = [INSULT, DOUBTFUL, FRIENDLY, "We meet behind the shed. I bring my axe.", "A nettle in every bed."]
ITEMS = [Item.text(text) for text in TEXTS]
GERMAN = Item.text("Vielen Dank, meine Tomaten sehen jetzt großartig aus.")


def scores(**values):
    return Answer(
        {"attributeScores": {name: {"summaryScore": {"value": value}} for name, value in values.items()}}
    )


def unsupported(attribute):
    failure = {"errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", "attribute": attribute}
    return Answer({"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [failure]}}, 400)


def test_our_own_server_says_the_same_as_the_policy_behind_it(tmp_path):
    with garden_server(tmp_path) as address:
        told = open_perspective(f"{address}/perspective", QUICK).answer(ITEMS)
    known = PolicySubject(str(tmp_path / "garden.yaml"), detectors()).answer(ITEMS)
    assert told.unjudged == ("",) * len(ITEMS)
    for attribute, category in {"INSULT": "insult", "IDENTITY_ATTACK": "hate", "THREAT": "threat"}.items():
        mapped = ScoreMaps.load().of(attribute).many(known.scores[category])
        assert told.scores[category] == pytest.approx(mapped, abs=1e-4)
    assert told.flagged is None


def test_attributes_that_are_not_judged_there_are_left_out(tmp_path):
    with garden_server(tmp_path) as address:
        told = open_perspective(f"{address}/perspective", QUICK).answer(ITEMS[:1])
    assert "toxicity" not in told.scores
    assert "profanity" not in told.scores


def test_a_text_in_a_language_that_no_attribute_knows_is_not_judged():
    def answer(body, n):
        return unsupported(next(iter(body["requestedAttributes"])))

    with moody_server(answer) as moody:
        told = open_perspective(moody.address, QUICK).answer([GERMAN])
    assert told.unjudged == ("HTTP 400 INVALID_ARGUMENT LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",)
    assert told.score(["insult"]) is None


def test_an_attribute_that_the_endpoint_does_not_have_costs_only_that_attribute():
    def answer(body, n):
        if "SPAM" in body["requestedAttributes"]:
            return Answer({"error": {"code": 400, "message": "Unknown requested attribute: SPAM"}}, 400)
        return scores(TOXICITY=0.5, IDENTITY_ATTACK=0.25, THREAT=0.75)

    with moody_server(answer) as moody:
        told = open_perspective(moody.address, QUICK).answer(ITEMS[:1])
    assert told.scores["toxicity"].tolist() == [0.5]
    assert told.scores["hate/threatening"].tolist() == [0.75]
    assert "spam" not in told.scores
    assert len(moody.requests) == 2


def test_the_request_says_what_came_before_and_that_nothing_is_to_be_stored(monkeypatch):
    monkeypatch.setenv("PERSPECTIVE_API_KEY", "key-one")
    item = Item.text("No, you.", lang="en", thread=(Item.text("You walnut."),))
    with moody_server(lambda body, n: scores(TOXICITY=0.5)) as moody:
        open_perspective(moody.address, QUICK).answer([item])
    [(headers, body)] = moody.requests
    assert headers["X-Goog-Api-Key"] == "key-one"
    assert body["comment"] == {"text": "No, you.", "type": "PLAIN_TEXT"}
    assert body["context"] == {"entries": [{"text": "You walnut."}]}
    assert body["languages"] == ["en"]
    assert body["doNotStore"] is True


@pytest.mark.parametrize("answer", [Answer(b"oops", 500), Answer(b"oops"), scores(TOXICITY=7.0)])
def test_one_item_without_an_answer_leaves_the_others_judged(answer):
    def told(body, n):
        return answer if body["comment"]["text"] == INSULT else scores(TOXICITY=0.5)

    with moody_server(told) as moody:
        answers = open_perspective(moody.address, QUICK).answer(ITEMS)
    assert [bool(reason) for reason in answers.unjudged] == [True, False, False, False, False]
    assert np.isnan(answers.scores["toxicity"][0])


def test_a_missing_key_is_raised_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("COMITY_EVALUATE_KEY", raising=False)
    monkeypatch.delenv("PERSPECTIVE_API_KEY", raising=False)
    with guarded_server(tmp_path) as (address, key):
        with pytest.raises(Unauthorised, match="COMITY_EVALUATE_KEY"):
            open_perspective(f"{address}/perspective", QUICK).answer(ITEMS)
        monkeypatch.setenv("COMITY_EVALUATE_KEY", key)
        told = open_perspective(f"{address}/perspective", QUICK).answer(ITEMS)
        assert told.unjudged == ("",) * len(ITEMS)
