import numpy as np
import pytest

from comity.content import Item
from comity.errors import Unauthorised
from comity.evaluate.subjects.openai import open_openai
from comity.evaluate.subjects.policy import PolicySubject
from comity.taxonomy.crosswalk import categories
from comity.wire.openai import CATEGORIES
from tests.evaluate.subjects.moody_server import QUICK, Answer, moody_server
from tests.serve.cast import DOUBTFUL, FRIENDLY, INSULT
from tests.serve.doors import broken_server, detectors, garden_server, guarded_server

TEXTS = [INSULT, DOUBTFUL, FRIENDLY, "I bring my axe.", "Nettles, nettle, \ud800!", "", "FREE"]
ITEMS = [Item.text(text, id=str(number)) for number, text in enumerate(TEXTS)]


def scored(score=0.25):
    return {"flagged": False, "category_scores": {"harassment": score, "illicit": None, "unheard-of": 0.9}}


def per_text(body):
    return [scored() for _ in ([body["input"]] if isinstance(body["input"], str) else body["input"])]


def test_our_own_server_says_the_same_as_the_policy_behind_it(tmp_path):
    with garden_server(tmp_path) as address:
        told = open_openai(address, QUICK).answer(ITEMS)
    known = PolicySubject(str(tmp_path / "garden.yaml"), detectors()).answer(ITEMS)
    answered = [place for place, reason in enumerate(told.unjudged) if not reason]
    assert len(answered) >= 5
    assert told.flagged[answered].tolist() == known.flagged[answered].tolist()
    for code in CATEGORIES:
        ours = [category for category in categories(code, "openai") if category in known.scores]
        if ours and code != "sexual":
            assert told.score(ours)[answered] == pytest.approx(known.score(ours)[answered], abs=1e-4)


def test_what_our_own_server_did_not_judge_is_no_zero(tmp_path):
    with garden_server(tmp_path) as address:
        told = open_openai(address, QUICK).answer(ITEMS[:1])
    assert "sexual" not in told.scores
    assert told.score(["violence/graphic"]) is None


def test_a_vendors_category_stands_for_all_of_ours_that_it_covers():
    with moody_server(lambda body, n: Answer({"results": per_text(body)})) as moody:
        told = open_openai(moody.address, QUICK).answer(ITEMS[:2])
    assert set(told.scores) == {"toxicity", "insult", "harassment"}
    assert told.score(["insult"]).tolist() == [0.25, 0.25]
    assert told.flagged.tolist() == [False, False]
    assert told.rules is None


def test_texts_are_sent_in_batches_with_the_key_and_the_model(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-one")
    items = [Item.text(f"hello {number}") for number in range(70)]
    with moody_server(lambda body, n: Answer({"results": per_text(body)})) as moody:
        subject = open_openai(f"{moody.address}#strict-model", QUICK)
        told = subject.answer(items)
    assert sorted(len(body["input"]) for _, body in moody.requests) == [6, 32, 32]
    assert {body["model"] for _, body in moody.requests} == {"strict-model"}
    assert {headers["Authorization"] for headers, _ in moody.requests} == {"Bearer sk-one"}
    assert subject.version == "strict-model"
    assert not np.isnan(told.scores["insult"]).any()


def test_the_evaluation_key_comes_first(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-one")
    monkeypatch.setenv("COMITY_EVALUATE_KEY", "sk-two")
    with moody_server(lambda body, n: Answer({"results": per_text(body)})) as moody:
        open_openai(moody.address, QUICK).answer(ITEMS[:1])
    [(headers, _)] = moody.requests
    assert headers["Authorization"] == "Bearer sk-two"


@pytest.mark.parametrize("status", [400, 413, 500])
def test_one_item_that_is_refused_leaves_the_others_judged(status):
    def answer(body, n):
        if INSULT in body["input"]:
            return Answer({"error": {"message": INSULT, "code": "too_rude"}}, status)
        return Answer({"results": per_text(body)})

    with moody_server(answer) as moody:
        told = open_openai(moody.address, QUICK).answer([Item.text("a"), Item.text(INSULT), Item.text("b")])
    assert told.unjudged == ("", f"HTTP {status} too_rude", "")
    assert np.isnan(told.scores["insult"]).tolist() == [False, True, False]
    assert told.flagged.tolist() == [False, False, False]


def test_an_endpoint_that_takes_no_lists_gets_one_text_at_a_time():
    def answer(body, n):
        return Answer({"results": [scored()]}) if isinstance(body["input"], str) else Answer(b"", 422)

    with moody_server(answer) as moody:
        told = open_openai(moody.address, QUICK).answer(ITEMS[:3])
    assert told.unjudged == ("", "", "")


@pytest.mark.parametrize("results", [[], [scored(1.5)], [scored("high")], [{"flagged": True}]])
def test_nonsense_is_never_a_score(results):
    with moody_server(lambda body, n: Answer({"results": results})) as moody:
        told = open_openai(moody.address, QUICK).answer(ITEMS[:1])
    assert told.unjudged[0]
    assert told.score(["insult"]) is None


def test_a_detector_that_fails_there_leaves_the_item_unjudged(tmp_path):
    with broken_server(tmp_path) as address:
        told = open_openai(address, QUICK).answer(ITEMS[:1])
    assert told.unjudged[0].startswith("HTTP 503")


def test_a_wrong_key_is_raised_with_what_to_do(tmp_path, monkeypatch):
    with guarded_server(tmp_path) as (address, key):
        monkeypatch.setenv("COMITY_EVALUATE_KEY", "sk-wrong")
        with pytest.raises(Unauthorised, match="COMITY_EVALUATE_KEY"):
            open_openai(address, QUICK).answer(ITEMS[:1])
        monkeypatch.setenv("COMITY_EVALUATE_KEY", key)
        assert open_openai(address, QUICK).answer(ITEMS[:1]).flagged.tolist() == [True]
