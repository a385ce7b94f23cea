"""A site that used the Perspective API changes one address and goes on, with Google's client or with plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError

from comity.content import Item
from comity.content.language import identify
from comity.detect import Abstained, Outcome
from comity.limits import LIMITS
from comity.serve.perspective.attributes import CRITERIA, KNOWN
from comity.store import Database, issue_key, list_annotations
from tests.fakes import BrokenDetector, WordDetector
from tests.serve.cast import garden_settings, serving

ANALYZE = "/perspective/v1alpha1/comments:analyze"
SUGGEST = "/perspective/v1alpha1/comments:suggestscore"
DISCOVERY = "/perspective/$discovery/rest?version=v1alpha1"
SECRET = "xyzzy-the-secret-words"
PLAIN_MAPS = """\
version: 1
fitted_to: the gardeners' detectors
attributes:
  INSULT: [[0, 0], [0.6, 0.9], [1, 1]]
  TOXICITY: [[0, 0], [1, 1]]
"""


@dataclass
class EnglishWords(WordDetector):
    """Knows English only, needs letters, and remembers the items that it was asked about."""

    items: list[Item] = field(default_factory=list)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        self.items += items
        return [self._one(item, outcome) for item, outcome in zip(items, super().detect(items), strict=True)]

    def _one(self, item: Item, outcome: Outcome) -> Outcome:
        text = item.parts[0].text
        if not any(map(str.isalpha, text)):
            return Abstained("the text has no letters")
        if (item.lang or identify(text).code) not in ("en", None):
            return Abstained("not English")
        return outcome


MANNERS = EnglishWords("insult", {"walnut": 0.93, "turnip": 0.6}, name="manners.v1")
TOXIC = EnglishWords("toxicity", {"walnut": 0.8}, name="toxic.v1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("perspective")


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    maps = tmp_path_factory.mktemp("maps") / "perspective.yaml"
    maps.write_text(PLAIN_MAPS)
    settings = garden_settings(folder, perspective_map=maps, database=f"sqlite:///{folder / 'comity.db'}")
    with serving(settings, [MANNERS, TOXIC]) as address:
        yield address


@pytest.fixture(scope="module")
def google(address: str):
    """Google's client, which learns everything from our discovery document."""
    return build(
        "commentanalyzer",
        "v1alpha1",
        developerKey="any",
        discoveryServiceUrl=address + DISCOVERY,
        static_discovery=False,
    )


def analyze(google, text: str, attributes: Sequence[str] = ("INSULT",), **more: object):
    body = {"comment": {"text": text}, "requestedAttributes": {name: {} for name in attributes}, **more}
    return google.comments().analyze(body=body).execute()


def test_googles_client_gets_a_score_in_the_vendors_shape(google):
    assert analyze(google, "You walnut, learn to prune.", clientToken="mine") == {
        "attributeScores": {
            "INSULT": {
                "summaryScore": {"value": 0.9825, "type": "PROBABILITY"},
                "spanScores": [{"begin": 0, "end": 27, "score": {"value": 0.9825, "type": "PROBABILITY"}}],
            }
        },
        "languages": ["en"],
        "detectedLanguages": ["en"],
        "clientToken": "mine",
    }


def test_a_client_built_from_the_document_works_without_asking_for_it(address: str):
    document = httpx.get(address + DISCOVERY).text
    offline = build_from_document(document, developerKey="any")
    assert analyze(offline, "Prune above the bud.")["attributeScores"]["INSULT"]["summaryScore"]["value"] == 0


def test_the_site_s_own_map_turns_our_score_into_perspective_s(google):
    assert analyze(google, "What a turnip.")["attributeScores"]["INSULT"]["summaryScore"]["value"] == 0.9


def test_spans_count_utf_16_code_units(google):
    text = "Nice beans 😀😀!"
    [span] = analyze(google, text)["attributeScores"]["INSULT"]["spanScores"]
    assert (span["begin"], span["end"]) == (0, len(text.encode("utf-16-le")) // 2)


def test_with_span_annotations_each_sentence_has_its_score(google):
    text = "Good 😀 morning. You walnut, learn to prune!\nBye."
    scores = analyze(google, text, spanAnnotations=True)["attributeScores"]["INSULT"]
    units = text.encode("utf-16-le")
    told = [
        (units[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le"), span["score"]["value"])
        for span in scores["spanScores"]
    ]
    assert told == [("Good 😀 morning.", 0), ("You walnut, learn to prune!", 0.9825), ("Bye.", 0)]


def test_scores_below_the_threshold_are_left_out(google):
    body = {
        "comment": {"text": "What a walnut."},
        "requestedAttributes": {"INSULT": {"scoreThreshold": 0.9}, "TOXICITY": {"scoreThreshold": 0.9}},
    }
    assert list(google.comments().analyze(body=body).execute()["attributeScores"]) == ["INSULT"]
    body["requestedAttributes"].pop("INSULT")
    assert "attributeScores" not in google.comments().analyze(body=body).execute()


def test_experimental_and_older_names_have_the_score_of_the_plain_attribute(google):
    names = ["TOXICITY", "TOXICITY_EXPERIMENTAL", "TOXICITY_FAST"]
    scores = analyze(google, "You walnut.", names)["attributeScores"]
    assert {scores[name]["summaryScore"]["value"] for name in names} == {0.8}


def test_html_is_read_as_text_and_spans_point_into_the_html(google):
    html = "<p>You <b>wal</b>nut &amp; more.</p>"
    body = {"comment": {"text": html, "type": "HTML"}, "requestedAttributes": {"INSULT": {}}}
    insult = google.comments().analyze(body=body).execute()["attributeScores"]["INSULT"]
    assert insult["summaryScore"]["value"] == 0.9825
    [span] = insult["spanScores"]
    assert html[span["begin"] : span["end"]] == "You <b>wal</b>nut &amp; more."


@pytest.mark.parametrize(
    "context",
    [
        {"entries": [{"text": "The article."}, {"text": "<i>The question.</i>", "type": "HTML"}]},
        {
            "articleAndParentComment": {
                "article": {"text": "The article."},
                "parentComment": {"text": "The question."},
            }
        },
    ],
)
def test_the_context_is_the_thread_before_the_comment(google, context):
    MANNERS.items.clear()
    analyze(google, "And the answer.", context=context, communityId="allotment", doNotStore=True)
    [item] = MANNERS.items
    assert [before.parts[0].text for before in item.thread] == ["The article.", "The question."]
    assert (item.community, item.role) == ("allotment", "comment")


def error_of(call) -> HttpError:
    with pytest.raises(HttpError) as caught:
        call()
    return caught.value


def test_an_unsupported_language_is_told_as_clients_parse_it(google):
    error = error_of(lambda: analyze(google, "Das ist ein ganz gewöhnlicher deutscher Satz.", ["TOXICITY"]))
    assert error.status_code == 400
    assert error.reason == "Attribute TOXICITY does not support request languages: de"
    assert error.error_details == [
        {
            "@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": {"detectedLanguages": ["de"], "attribute": "TOXICITY"},
        }
    ]


def test_a_requested_language_is_believed(google):
    assert analyze(google, "Du walnut, so ist das hier nun einmal.", languages=["en-GB"])["languages"] == [
        "en-GB"
    ]
    error = error_of(lambda: analyze(google, "You walnut.", languages=["om"]))
    assert error.error_details[0]["languageNotSupportedByAttributeError"]["requestedLanguages"] == ["om"]


def test_a_text_without_letters_has_a_score_if_its_language_is_named(google):
    assert analyze(google, "👍", languages=["en"])["attributeScores"]["INSULT"]["summaryScore"]["value"] == 0
    assert error_of(lambda: analyze(google, "👍")).reason == "Unable to detect language."


@pytest.mark.parametrize("attribute", [name for name in KNOWN if not CRITERIA[name]])
def test_an_attribute_that_nobody_here_judges_can_be_dropped_as_for_a_language(google, attribute):
    error = error_of(lambda: analyze(google, "The beans are fine this year.", ["INSULT", attribute]))
    assert error.error_details[0]["languageNotSupportedByAttributeError"]["attribute"] == attribute


def test_never_fail_on_language_reads_anything_as_english(folder: Path):
    settings = garden_settings(folder, never_fail_on_language=True)
    with serving(settings, [MANNERS, TOXIC]) as address:
        body = {
            "comment": {"text": "Das ist ein deutscher Satz über walnut und Bohnen."},
            "requestedAttributes": {"TOXICITY": {}, "FLIRTATION": {}},
        }
        answer = httpx.post(address + ANALYZE, json=body)
    assert answer.status_code == 200
    assert list(answer.json()["attributeScores"]) == ["TOXICITY"]
    assert answer.json()["detectedLanguages"] == ["de"]
    assert answer.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.5


def test_a_detector_that_fails_is_an_error_and_never_a_low_score(folder: Path):
    with serving(garden_settings(folder), [BrokenDetector("insult", {})]) as address:
        body = {"comment": {"text": "You walnut."}, "requestedAttributes": {"INSULT": {}}}
        answer = httpx.post(address + ANALYZE, json=body)
    assert answer.status_code == 503
    assert answer.json()["error"]["status"] == "UNAVAILABLE"


def test_suggested_scores_are_kept_as_annotations(google, folder: Path):
    body = {
        "comment": {"text": "<p>You are a turnip &amp; this is a bad idea.</p>", "type": "HTML"},
        "attributeScores": {
            "INSULT": {"summaryScore": {"value": 0.9}},
            "THREAT": {"spanScores": [{"begin": 0, "end": 3, "score": {"value": 0.25}}]},
            "SEVERE_TOXICITY": {"summaryScore": {"value": 0.1, "type": "PROBABILITY"}},
        },
        "communityId": "allotment",
        "sessionId": "mira",
        "languages": ["en"],
        "clientToken": "mine",
    }
    told = google.comments().suggestscore(body=body).execute()
    assert told == {"clientToken": "mine", "detectedLanguages": ["en"], "requestedLanguages": ["en"]}
    with Database(f"sqlite:///{folder / 'comity.db'}") as database, database.read() as session:
        kept = [
            row
            for row in list_annotations(session).rows
            if row.text and row.text.startswith("You are a turnip & this")
        ]
    assert {row.text for row in kept} == {"You are a turnip & this is a bad idea.\n"}
    assert {(row.criterion, row.value, row.source) for row in kept} == {
        ("insult", 0.9, "perspective:allotment"),
        ("threat", 0.25, "perspective:allotment"),
    }


def test_keys_are_asked_for_where_googles_clients_put_them(folder: Path):
    url = f"sqlite:///{folder / 'keys.db'}"
    with Database(url) as database, database.write() as session:
        key = issue_key(session, "forum").secret
    body = {"comment": {"text": "You walnut."}, "requestedAttributes": {"INSULT": {}}}
    with serving(garden_settings(folder, database=url, require_key=True), [MANNERS, TOXIC]) as address:
        assert httpx.get(address + DISCOVERY).status_code == 200
        assert httpx.post(address + ANALYZE, params={"key": key}, json=body).status_code == 200
        assert httpx.post(address + ANALYZE, headers={"X-Goog-Api-Key": key}, json=body).status_code == 200
        missing = httpx.post(address + ANALYZE, json=body).json()["error"]
        unknown = httpx.post(address + ANALYZE, params={"key": "wrong"}, json=body).json()["error"]
    assert (missing["code"], missing["status"]) == (403, "PERMISSION_DENIED")
    assert (unknown["code"], unknown["message"][:21]) == (400, "API key not valid. Pl")
    assert unknown["details"][0]["reason"] == "API_KEY_INVALID"


REPLAYED = {
    "a forum plugin that sends no media type": (
        {},
        {
            "comment": {"text": "What a walnut you are."},
            "languages": ["en"],
            "requestedAttributes": {"TOXICITY": {}, "INSULT": {}},
            "doNotStore": True,
        },
    ),
    "a bot that posts text/plain, as browsers do": (
        {"Content-Type": "text/plain;charset=UTF-8"},
        {
            "comment": {"text": "walnut", "type": "PLAIN_TEXT"},
            "languages": ["en"],
            "requestedAttributes": {"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0}},
        },
    ),
    "a comment system in snake case, with nulls": (
        {"Content-Type": "application/json"},
        {
            "comment": {"text": "walnut", "type": None},
            "languages": ["en"],
            "requested_attributes": {"TOXICITY": None},
            "context": None,
            "client_token": None,
            "span_annotations": False,
            "session_id": "thread-17",
        },
    ),
    "a client newer than this server": (
        {"Content-Type": "application/json; charset=utf-8"},
        {
            "comment": {"text": "walnut", "lang": "x"},
            "languages": ["en"],
            "requestedAttributes": {"TOXICITY": {"newOption": 1}},
            "newField": {},
        },
    ),
}


@pytest.mark.parametrize(("headers", "body"), REPLAYED.values(), ids=REPLAYED)
def test_requests_as_sites_send_them_are_understood(address: str, headers, body):
    content = json.dumps(body).encode()
    answer = httpx.post(f"{address}{ANALYZE}?key=K&alt=json", content=content, headers=headers)
    assert answer.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] == 0.8


def test_a_site_that_drops_unsupported_attributes_ends_with_the_others(address: str):
    wanted = {"TOXICITY": {}, "FLIRTATION": {}, "LIKELY_TO_REJECT": {}}
    while True:
        body = {"comment": {"text": "You walnut."}, "requestedAttributes": wanted}
        answer = httpx.post(address + ANALYZE, json=body).json()
        if "error" not in answer:
            break
        del wanted[answer["error"]["details"][0]["languageNotSupportedByAttributeError"]["attribute"]]
    assert list(answer["attributeScores"]) == ["TOXICITY"]


GOOD = {"comment": {"text": SECRET}, "requestedAttributes": {"INSULT": {}}, "languages": ["en"]}
HOSTILE: dict[str, tuple[object, str]] = {
    "no body": (b"", ""),
    "no JSON": (b"{" + SECRET.encode(), ""),
    "not UTF-8": (b'{"comment": {"text": "\xff"}}', ""),
    "half a surrogate pair": (b'{"comment": {"text": "\\ud83d"}}', ""),
    "not a number": (b'{"requestedAttributes": {"INSULT": {"scoreThreshold": NaN}}}', ""),
    "nested too deep": (b"[" * 10_000, ""),
    "a list": ([], ""),
    "nothing in it": ({}, "Comment must be non-empty."),
    "empty comment": ({**GOOD, "comment": {"text": ""}}, "Comment must be non-empty."),
    "only white space": ({**GOOD, "comment": {"text": " \n\u00a0"}}, "Comment must be non-empty."),
    "only markup": ({**GOOD, "comment": {"text": "<p></p>", "type": "HTML"}}, "Comment must be non-empty."),
    "comment is a word": ({**GOOD, "comment": SECRET}, ""),
    "text is a number": ({**GOOD, "comment": {"text": 7}}, ""),
    "unknown text type": ({**GOOD, "comment": {"text": "a", "type": SECRET}}, ""),
    "too long": (
        {**GOOD, "comment": {"text": "x" * (LIMITS.perspective_bytes + 1)}},
        "Comment text too long.",
    ),
    "too long in bytes": (
        {**GOOD, "comment": {"text": "😀" * (LIMITS.perspective_bytes // 4 + 1)}},
        "Comment text too long.",
    ),
    "no attributes": ({**GOOD, "requestedAttributes": {}}, "Missing requested_attributes"),
    "attributes absent": ({"comment": {"text": SECRET}}, "Missing requested_attributes"),
    "attributes in a list": ({**GOOD, "requestedAttributes": ["INSULT"]}, ""),
    "unknown attribute": (
        {**GOOD, "requestedAttributes": {"KINDNESS": {}}},
        "Unknown requested attribute: KINDNESS",
    ),
    "attribute with a bad option": (
        {**GOOD, "requestedAttributes": {"INSULT": {"scoreThreshold": "high"}}},
        "",
    ),
    "score type of old": (
        {**GOOD, "requestedAttributes": {"INSULT": {"scoreType": "PERCENTILE"}}},
        "Attribute INSULT does not support score type PERCENTILE",
    ),
    "language is no code": ({**GOOD, "languages": ["../../etc"]}, "Invalid language code in `languages`."),
    "languages in a word": ({**GOOD, "languages": "en"}, ""),
    "context of thousands": ({**GOOD, "context": {"entries": [{"text": "a"}] * 1_000}}, ""),
    "context too long": ({**GOOD, "context": {"entries": [{"text": "a" * (LIMITS.text_chars + 1)}]}}, ""),
    "community too long": ({**GOOD, "communityId": "c" * 1_000}, ""),
    "larger than any request": (b'{"comment": "' + b"x" * LIMITS.request_bytes + b'"}', ""),
}


@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
@pytest.mark.parametrize(("body", "message"), HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_sent_the_error_has_googles_shape(address: str, path: str, body: object, message: str):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = httpx.post(address + path, content=content, timeout=60)
    error = answer.json()["error"]
    assert answer.status_code == error["code"] == 400
    assert error["status"] == "INVALID_ARGUMENT"
    assert SECRET not in answer.text
    if path == ANALYZE and message:
        assert error["message"] == message


@pytest.mark.parametrize(
    "scores",
    [
        {},
        {"INSULT": {}},
        {"INSULT": {"summaryScore": {}}},
        {"INSULT": {"summaryScore": {"value": 1.5}}},
        {"INSULT": {"summaryScore": {"value": -0.1}}},
        {"KINDNESS": {"summaryScore": {"value": 1}}},
        {"FLIRTATION": {"summaryScore": {"value": 1}}},
        {"INSULT": {"spanScores": []}},
    ],
)
def test_suggested_scores_that_make_no_sense_are_refused(address: str, scores):
    answer = httpx.post(address + SUGGEST, json={"comment": {"text": "hello"}, "attributeScores": scores})
    assert answer.json()["error"]["code"] == 400


def test_a_session_id_past_the_limit_is_refused(address: str):
    body = {
        "comment": {"text": "hello"},
        "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}},
        "sessionId": "s" * 1_000,
    }
    assert httpx.post(address + SUGGEST, json=body).json()["error"]["code"] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ANALYZE),
        ("POST", "/perspective/v1alpha1/comments:delete"),
        ("GET", "/perspective/$discovery/rest?version=v2"),
        ("GET", "/perspective"),
    ],
)
def test_what_is_not_there_is_told_in_googles_shape(address: str, method: str, path: str):
    answer = httpx.request(method, address + path)
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"
