"""Spans point at what they name, in UTF-16 code units and, for HTML, in the HTML."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.serve.perspective.html_text import text_of_html
from comity.serve.perspective.spans import MOST_SENTENCES, Utf16Offsets, sentences

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, st.data())
def test_utf_16_offsets_cut_out_the_same_text_as_code_points(text: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    offsets = Utf16Offsets(text)
    units = text.encode("utf-16-le")
    assert units[2 * offsets.of(start) : 2 * offsets.of(end)].decode("utf-16-le") == text[start:end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.", ["One."]),
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("He said “no.” Then left.", ["He said “no.”", "Then left."]),
        ("Wait... what?!  Yes", ["Wait...", "what?!", "Yes"]),
        ("Version 1.5 of example.org", ["Version 1.5 of example.org"]),
        ("第一句。第二句！第三", ["第一句。", "第二句！", "第三"]),
        ("first line\r\n\r\n second line ", ["first line", "second line"]),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]):
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(st.sampled_from('ab .!?。\n"”😀')))
def test_sentences_are_in_order_and_leave_out_white_space_only(text: str):
    done = 0
    left = ""
    for start, end in sentences(text):
        assert done <= start < end
        left += text[done:start]
        done = end
    assert not (left + text[done:]).strip()


def test_a_text_of_very_many_sentences_has_no_more_spans_than_the_limit():
    text = "A. " * 5_000
    spans = sentences(text)
    assert len(spans) <= MOST_SENTENCES
    assert (spans[0][0], spans[-1][1]) == (0, len(text) - 1)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree\n"),
        ("a<!-- hidden -->b", "ab"),
        ("a<script>alert('x')</script>b<style>p {}</style>c", "abc"),
        ("caf&eacute; &#128512;&#x1F600; &amp;lt;", "café 😀😀 &lt;"),
        ("&notanentity; &amp", "¬anentity; &"),
        ("&#xD800;", "\ufffd"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("an open <b", "an open <b"),
        ('<a title="x > y">link</a>', "link"),
        ("</p></div>still there", "still there"),
    ],
)
def test_html_is_read_as_its_reader_sees_it(html: str, text: str):
    assert text_of_html(html).text == text


@given(TEXT)
def test_escaped_text_comes_back_and_each_letter_points_at_what_wrote_it(text: str):
    html = f"<p>{escape(text)}</p>"
    read = text_of_html(html)
    assert read.text in (text, text + "\n")
    for place, char in enumerate(text):
        start, end = read.original(place, place + 1)
        assert html[start:end] == escape(char)


@given(st.text(st.sampled_from("<>/!-?&;#\"'= abp\n😀")))
def test_no_markup_breaks_the_reader_or_its_offsets(html: str):
    read = text_of_html(html)
    assert len(read.starts) == len(read.ends) == len(read.text)
    assert list(read.starts) == sorted(read.starts)
    assert all(0 <= start <= end <= len(html) for start, end in zip(read.starts, read.ends, strict=True))
