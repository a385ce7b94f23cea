"""The page shows the decision for a text, keeps nothing, and lets no content become markup."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from comity.detect.encoder import Encoder
from comity.models import TextModel, find
from comity.serve.page.form import LINK_CHARS
from tests.serve.cast import DOUBTFUL, FRIENDLY, GARDEN, INSULT, garden_settings, serving

MARKUP = '<script>alert("x")</script>{{ 7 * 7 }}<img src=x onerror=y> walnut'


def shown(client, **query):
    answer = client.get("/", params=query)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


def posted(client, **fields):
    return client.post("/", data={"do": "check", **fields})


def test_an_empty_page_offers_samples_and_the_rules(client):
    page = shown(client).text
    assert page.count('#result">') >= 3
    assert "Criticise the idea, not the person." in page
    assert 'href="./?text=' in page


@pytest.mark.parametrize(("text", "word"), [(FRIENDLY, "Allow"), (DOUBTFUL, "Review"), (INSULT, "Remove")])
def test_the_decision_is_in_words(client, text, word):
    answer = shown(client, text=text)
    assert answer.status_code == 200
    assert f'<h2 id="verdict">{word}</h2>' in answer.text
    assert f"<title>{word} – Comity</title>" in answer.text


def test_a_violation_shows_rule_reason_evidence_and_score(client):
    page = shown(client, text=INSULT).text
    assert "Criticise the idea, not the person." in page
    assert "Judged <code>insult</code> with probability 0.93" in page
    assert "<mark>walnut<sup>" in page
    assert "93 %" in page
    assert "80 %" in page
    assert "manners.v1" in page


def test_a_score_stands_beside_the_quality_of_its_model(tmp_path):
    graded = Encoder("tiny.v1", TextModel(find("tiny-v1"), threads=1))
    with serving(garden_settings(tmp_path), [graded]) as address, httpx.Client(base_url=address) as asking:
        page = shown(asking, text=INSULT).text
        told = asking.get("/", params={"text": INSULT, "format": "json"}).json()["quality"]
    row = page.partition('<th scope="row">insult</th>')[2].partition("</tr>")[0]
    assert f'<td class="number">{told["insult"]:.2f}</td>' in row


def test_content_is_escaped_everywhere(client):
    for answer in (shown(client, text=MARKUP, thread=MARKUP), posted(client, text=MARKUP, do="private")):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert "{{ 7 * 7 }}" in answer.text


def test_the_text_of_a_field_comes_back_letter_by_letter(client):
    text = "\n leading line,\ttab, ‮rtl‬ and <b>bold</b>"
    page = shown(client, text=text).text
    field = page.partition('id="text"')[2].partition(">\n")[2].partition("</textarea>")[0]
    assert unescape(field) == text


def test_a_short_form_is_sent_on_to_its_link(client):
    answer = posted(client, text="one\r\ntwo", role="comment", policy="garden")
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert (target.path, target.fragment) == ("./", "result")
    assert parse_qs(target.query) == {"text": ["one\ntwo"], "role": ["comment"], "policy": ["garden"]}


def test_a_text_that_is_too_long_for_a_link_is_answered_at_once(client):
    answer = posted(client, text="walnut " * LINK_CHARS)
    assert answer.status_code == 200
    assert "too long to be shared" in answer.text
    assert "Remove" in answer.text


def test_a_text_can_be_checked_without_a_link(client):
    answer = posted(client, text=INSULT, do="private")
    assert answer.status_code == 200
    assert "without a link" in answer.text
    assert 'id="share-link"' not in answer.text


def test_the_same_decision_as_json(client):
    decision = client.get("/", params={"text": INSULT, "format": "json"}).json()
    by_api = client.post("/v1/moderate", json={"text": INSULT}).json()
    changing = ("decision", "ms", "timings")
    assert {k: v for k, v in decision.items() if k not in changing} == {
        k: v for k, v in by_api.items() if k not in changing
    }


def test_a_mistake_asked_for_as_json_is_a_problem_document(client):
    answer = client.get("/", params={"text": INSULT, "policy": "nope", "format": "json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_editor_opens_with_the_policy_in_it_and_closes_again(client):
    opened = posted(client, text="hello", policy="garden", do="edit")
    assert "id: no-insults" in opened.text
    assert ">hello</textarea>" in opened.text.replace("\n", "")
    closed = posted(client, text="hello", policy="garden", yaml="changed", do="discard")
    assert 'id="yaml"' not in closed.text


def test_an_edited_policy_decides(client):
    answer = posted(client, text=DOUBTFUL, policy="garden", yaml=GARDEN.replace("0.80", "0.55"))
    assert answer.status_code == 200
    assert '<h2 id="verdict">Remove</h2>' in answer.text
    assert "cannot be shared" in answer.text


def test_an_editor_in_which_nothing_was_changed_counts_as_closed(client):
    answer = posted(client, text="hello", policy="garden", yaml=GARDEN.replace("\n", "\r\n"))
    assert answer.status_code == 303


def test_all_mistakes_of_an_edited_policy_are_shown_where_they_are(client):
    wrong = GARDEN.replace("insult: 0.80", "insullt: 0.80").replace("action: label", "action: lable")
    answer = posted(client, text="hello", policy="garden", yaml=wrong)
    assert answer.status_code == 422
    assert "The policy has 2 mistakes" in answer.text
    assert "line 7, column 18" in answer.text
    assert "line 14, column 13" in answer.text
    assert "did you mean <code>label</code>" in answer.text


@pytest.mark.parametrize(
    "yaml",
    [
        "policy: [",
        "\x00",
        "[" * 5_000,
        "a: &a [*a]",
        "policy: x\nversion: 1\nextends: ../../etc/passwd@1",
        "policy: x\nversion: 1\nextends: /etc/passwd@1",
        "!!python/object/apply:os.system [true]",
        "policy: x\nversion: 1\nrules: [{id: a, text: b, patterns: ['('], action: remove}]",
        "policy: x\nversion: 1\nrules: [{id: a, text: b, categories: {insult: {precision: 0.9}}, action: remove}]",
        "x" * 1_000_001,
    ],
)
def test_a_hostile_policy_is_refused_in_words(client, yaml):
    answer = posted(client, text="hello", policy="garden", yaml=yaml)
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ({"text": "  "}, 422, "There is no text to check"),
        ({"text": "a", "role": "emperor"}, 422, "There is no such role"),
        ({"text": "a", "policy": "nope"}, 404, "The server has no such policy"),
    ],
)
def test_a_mistake_in_the_form_is_told_on_the_page(client, query, status, message):
    answer = shown(client, **query)
    assert answer.status_code == status
    assert message in answer.text


def test_a_text_past_the_limit_is_told_on_the_page(client):
    answer = posted(client, text="x" * 100_001)
    assert answer.status_code == 413
    assert "<code>text_chars</code>" in answer.text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"text=%ff"),
        ("application/x-www-form-urlencoded", b"text=\xff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(99))),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/json", b"{}"),
    ],
)
def test_a_body_that_is_no_form_is_refused(client, content_type, body):
    answer = client.post("/", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_an_adverse_text_behind_a_link_is_hidden_until_asked_for(client):
    assert 'id="reveal"' in shown(client, text=INSULT).text
    assert 'id="reveal"' not in shown(client, text=FRIENDLY).text
    assert 'id="reveal"' not in posted(client, text=INSULT, do="private").text


def test_nothing_on_the_page_needs_an_inline_script_or_style(client):
    for page in (shown(client).text, shown(client, text=INSULT).text):
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script src="./static/') == 1
