"""The answers of each kind of model, well formed and not. No sentence here was written by a model."""

import pytest

from comity.content import Item
from comity.detect import Failed
from comity.detect.judge.dialects import DIALECTS, dialect_named
from comity.detect.judge.passage import Passage, Turn
from comity.detect.judge.question import Answer, Question, Token, Unreadable
from comity.taxonomy import CATEGORIES
from tests.detect.judge.benches import ADVERTS, INSULTS, asked, judge
from tests.detect.judge.scripted_server import chat, is_structured, scripted_server, verdict

POST = Passage("You walnut.")
PROMPT = Passage("How do I graft a walnut?", "prompt")
RESPONSE = Passage("With a knife and tape.", "response", (Turn("person 1", "How do I graft a walnut?"),))
ASKED = Question((), 1)


def read(name, text, passage=POST, tokens=()):
    """Criterion → probability, of what is over 0."""
    told = tuple(Token(written, likely) for written, likely in tokens)
    found = dialect_named(name).read([INSULTS], passage, ASKED, Answer(text, told))
    return {one.criterion: pytest.approx(one.probability) for one in found if one.probability > 0}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_names_criteria_that_exist_and_fences_or_parts_what_it_sends(name):
    dialect = dialect_named(name)
    criteria = dialect.criteria([INSULTS, ADVERTS])
    if dialect.follows_rules:
        assert criteria == {"rule:no-insults", "rule:no-adverts"}
    else:
        assert criteria <= CATEGORIES.keys()
    for passage in (POST, PROMPT, RESPONSE):
        question = dialect.ask([INSULTS], passage, scores=True)
        sent = [message["content"] for message in question.messages]
        assert any(passage.text in text for text in sent)
        assert question.body("tiny", with_schema=True)["model"] == "tiny"


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("text", ["", "\n\n", "Sure, here is a poem.", "{}", "safe-ish", "yes and no", "S1"])
@pytest.mark.parametrize("passage", [POST, PROMPT, RESPONSE])
def test_no_dialect_reads_an_all_clear_out_of_nonsense(name, text, passage):
    if name in ("shieldgemma", "granite-guardian") and text.startswith("yes"):
        return  # the first word counts there, and here it is no all-clear
    with pytest.raises(Unreadable):
        read(name, text, passage)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("safe", set()),
        ("\n\nsafe", set()),
        ("\n\nunsafe\nS10", {"hate", "hate/threatening"}),
        ("unsafe\nS10, S12", {"hate", "hate/threatening", "sexual"}),
        ("unsafe\nS12,S99", {"sexual"}),
        ("Unsafe S7", {"privacy"}),
    ],
)
def test_llama_guard_names_codes_that_stand_for_our_categories(text, expected):
    assert read("llama-guard", text).keys() == expected


@pytest.mark.parametrize(
    "text", ["unsafe", "unsafe\n", "unsafe\nS99", "unsafe\nS14", "safe\nS1", "unsafe\nhate"]
)
def test_llama_guard_unsafe_for_nothing_we_know_is_no_answer_about_a_post(text):
    with pytest.raises(Unreadable):
        read("llama-guard", text)


def test_llama_guard_unsafe_without_codes_is_harm_in_a_talk():
    assert read("llama-guard", "unsafe", PROMPT) == {"prompt-harm": 0.9}
    assert read("llama-guard", "unsafe\nS14", RESPONSE) == {"response-harm": 0.9}
    assert read("llama-guard", "safe", PROMPT) == {"prompt-harm": 0.02}


def test_llama_guard_scores_by_the_probability_of_its_first_word():
    tokens = [("\n\n", {}), ("unsafe", {"unsafe": 0.7, "safe": 0.3}), ("\nS12", {})]
    assert read("llama-guard", "\n\nunsafe\nS12", tokens=tokens) == {"sexual": 0.7}


def test_older_llama_guards_number_otherwise():
    assert read("llama-guard-2", "unsafe\nS9").keys() == {"hate", "hate/threatening"}
    assert read("llama-guard-2", "unsafe\nS11").keys() == {"sexual"}
    assert read("llama-guard-1", "unsafe\nO6").keys() == {"self-harm"}


@pytest.mark.parametrize("name", ["shieldgemma", "granite-guardian"])
@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("Yes", [("Yes", {"Yes": 0.8, "No": 0.2})], 0.8),
        (" No", [(" No", {" Yes": 0.1, " No": 0.9})], 0.1),
        ("Yes, because it calls somebody a name.", [], 0.9),
        ("no", [], 0.02),
    ],
)
def test_yes_or_no_guards_judge_the_rule_itself(name, text, tokens, expected):
    assert read(name, text, tokens=tokens) == {"rule:no-insults": expected}


def test_a_bare_word_of_shieldgemma_is_not_held_against_its_leaning():
    with scripted_server(lambda body, n: chat("Yes")) as server:
        [outcome] = asked(judge(server.url, dialect="shieldgemma"), "You walnut.")
    assert outcome.signals[0].score == 0.9
    assert ["logprobs" in body for body in server.bodies] == [True, False]


def test_granite_guardian_scores_within_marks_after_its_thoughts():
    tokens = [("<score>", {}), (" yes", {" yes": 0.7, " no": 0.3}), (" </score>", {})]
    assert read("granite-guardian", "<score> yes </score>", tokens=tokens) == {"rule:no-insults": 0.7}
    text = "<think>No, or is it?</think>\n<score> yes </score>"
    assert read("granite-guardian", text) == {"rule:no-insults": 0.9}
    assert read("granite-guardian", "Yes\n<confidence> Low </confidence>") == {"rule:no-insults": 0.6}


def test_granite_guardian_gets_the_rule_as_a_risk_of_its_own():
    body = dialect_named("granite-guardian").ask([INSULTS], POST, scores=True).body("g", with_schema=True)
    risk = body["chat_template_kwargs"]["guardian_config"]
    assert risk["risk_name"] == "no-insults"
    assert "Friendly banter" in risk["risk_definition"]
    assert body["messages"] == [{"role": "user", "content": "You walnut."}]


WILD = "Harmful request: {}\nResponse refusal: {}\nHarmful response: {}"


def test_wildguard_says_three_things_of_which_those_about_the_item_count():
    assert read("wildguard", WILD.format("yes", "N/A", "N/A"), PROMPT) == {"prompt-harm": 0.9}
    assert read("wildguard", WILD.format("yes", "yes", "no"), RESPONSE) == {
        "refusal": 0.9,
        "response-harm": 0.02,
    }
    assert read("wildguard", WILD.format("No", "N/A", "N/A")) == {"prompt-harm": 0.02}


def test_wildguard_scores_by_the_word_behind_each_label():
    tokens = [("Harmful request", {}), (":", {}), (" no", {" no": 0.6, " yes": 0.4}), ("\nRe", {})]
    text = "Harmful request: no\nResponse refusal: N/A\nHarmful response: N/A"
    assert read("wildguard", text, PROMPT, tokens) == {"prompt-harm": 0.4}


@pytest.mark.parametrize(
    "text", [WILD.format("N/A", "no", "N/A"), "Harmful request: no", WILD.format("no", "no", "perhaps")]
)
def test_wildguard_without_a_word_on_the_response_is_no_answer_about_it(text):
    with pytest.raises(Unreadable):
        read("wildguard", text, RESPONSE)


def test_guardreasoner_gives_reasons_and_then_its_answers():
    text = (
        "Step 1: the person asks about grafting. Response: harmless at first sight.\n\n"
        "Answers:\nRequest: unharmful\nCompletion: compliance\nResponse: harmful"
    )
    assert read("guardreasoner", text, RESPONSE) == {"refusal": 0.02, "response-harm": 0.9}
    [found] = dialect_named("guardreasoner").read([], PROMPT, ASKED, Answer(text))
    assert found.rationale.startswith("Step 1")


@pytest.mark.parametrize(
    ("text", "passage", "expected"),
    [
        ("Safety: Safe\nCategories: None", POST, {}),
        ("Safety: Unsafe\nCategories: Violent", POST, {"violence": 0.9}),
        ("Safety: Controversial\nCategories: PII, Violent", POST, {"violence": 0.5, "privacy": 0.5}),
        ("Safety: Unsafe\nCategories: Jailbreak", PROMPT, {"prompt-attack": 0.9, "prompt-harm": 0.9}),
        ("Safety: Unsafe\nCategories: Something New", PROMPT, {"prompt-harm": 0.9}),
        (
            "Safety: Safe\nCategories: None\nRefusal: Yes",
            RESPONSE,
            {"response-harm": 0.02, "refusal": 0.9},
        ),
    ],
)
def test_qwen3guard_knows_three_degrees(text, passage, expected):
    assert read("qwen3guard", text, passage) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Safety: Safe",
        "Safety: Fine\nCategories: None",
        "Safety: Unsafe\nCategories: None",
        "Safety: Unsafe\nCategories: Something New",
        "Safety: Safe\nCategories: Violent",
    ],
)
def test_qwen3guard_half_an_answer_is_none(text):
    with pytest.raises(Unreadable):
        read("qwen3guard", text)


def test_qwen3guard_must_say_whether_a_response_refuses():
    with pytest.raises(Unreadable):
        read("qwen3guard", "Safety: Safe\nCategories: None", RESPONSE)


def test_gpt_oss_safeguard_thinks_harder_where_it_doubted():
    def reply(body, number):
        return verdict(body, probability=0.6 if body["reasoning_effort"] == "low" else 0.9)

    with scripted_server(reply) as server:
        [outcome] = asked(judge(server.url, dialect="gpt-oss-safeguard"), "You walnut.")
    assert [body["reasoning_effort"] for body in server.bodies] == ["low", "high"]
    assert outcome.signals[0].score == 0.9
    assert all(is_structured(body) for body in server.bodies)


@pytest.mark.parametrize(
    ("name", "text", "score"), [("llama-guard", "unsafe\nS10", 0.9), ("qwen3guard", "Safety: Safe", None)]
)
def test_guards_answer_over_http_with_or_without_probabilities(name, text, score):
    with scripted_server(lambda body, n: chat(text)) as server:
        one = judge(server.url, dialect=name)
        [outcome] = asked(one, Item.text("You lot should go back to where you came from."))
    if score is None:
        assert isinstance(outcome, Failed)
    else:
        assert {signal.score for signal in outcome.signals} == {score}
        assert outcome.judged == one.criteria - {"prompt-harm", "response-harm"}
