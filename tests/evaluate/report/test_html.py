"""The page of a report: whole, escaped, self-contained, and sorted so that weak spots are seen."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from comity.evaluate.report.html import comparison_html, html
from tests.evaluate.report.made import HOSTILE, every_section, report, suite, target

VOID = {"meta", "link", "input", "path", "circle", "rect", "use"}


class Outline(HTMLParser):
    """Tags that are open, every id and href, and whether each tag was closed in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.links, self.tags = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page():
    return html(report())


def row_of(page, name):
    """The text of the table row whose first cell reads `name`."""
    rows = re.findall(r"<tr.*?</tr>", page, re.S)
    texts = [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip() for row in rows]
    return next(text for text in texts if text.startswith(name))


def test_every_tag_is_closed_and_every_id_is_there_once(page):
    outline = Outline(page)
    assert outline.open == []
    assert len(outline.ids) == len({*outline.ids})


def test_every_link_stays_on_the_page(page):
    outline = Outline(page)
    assert {link for link in outline.links if not link.startswith("#")} == {"data:,"}
    assert {link[1:] for link in outline.links if link.startswith("#")} <= {*outline.ids}


def test_nothing_is_loaded_and_nothing_runs(page):
    assert "script" not in Outline(page).tags
    assert re.findall(r"url\(|@import|https?://", page) == []


def test_texts_of_rows_are_escaped(page):
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(&#39;idiot&#39;)&lt;/script&gt;" in page


def test_a_long_text_is_cut():
    made = report((suite("posts", targets=(target(text="word " * 500),)),))
    assert max(map(len, re.findall(r'<p class="example".*?</p>', html(made), re.S))) < 400


@pytest.mark.parametrize(
    "heading",
    [
        "Look here first",
        "How to read this",
        "Contents",
        "Posts and comments",
        "Prompts and responses of language models",
        "Functional tests",
        "Disguised and noisy text",
        "Harmless but alarming text",
        "Where annotators disagree",
        "Bias towards identities",
        "One of several classes",
        "Which words",
        "False alarms",
        "Robustness",
        "Rules of the policy",
        "Not judged",
        "Cost",
        "Near-duplicates of training rows",
    ],
)
def test_the_page_has_the_section(page, heading):
    assert re.search(rf"<h[2-5][^>]*>{heading}</h", page)


def test_what_is_weakest_comes_first(page):
    assert page.index("</a> threat") < page.index("</a> toxicity")
    assert "below the floor" in row_of(page, "forum-posts threat")
    assert "floor" not in row_of(page, "forum-posts toxicity")


def test_the_summary_names_for_whom_it_fails(page):
    summary = page[page.index("Look here first") : page.index("How to read this")]
    for fact in ("1 of 4", "muslims", "negate_neg", "leet-3", "counter-speech", "14 test rows"):
        assert fact in re.sub(r"<[^>]*>", "", summary)


def test_the_oracle_and_the_source_of_the_threshold_are_named(page):
    assert "best F1 on the calibration half" in row_of(page, "fixed 0.470")
    assert "0.520" in row_of(page, "oracle, in hindsight")


def test_too_few_rows_make_a_dash_that_says_why(page):
    assert row_of(page, "disabled people 12 4").endswith("– – –")
    assert 'title="8 rows: no number is shown for fewer than 30"' in page


def test_a_report_without_special_sections_is_a_page_too():
    bare = report(
        (suite("posts", targets=(target(rows=10, slices=False),)),), cost=None, duplicates=(), cap=None
    )
    page = html(bare)
    assert "no cap" in page
    assert "Near-duplicates" not in page


def test_a_report_of_no_suites_is_a_page_too():
    assert "0 in 0 suites" in html(report(()))


def test_a_hundred_and_fifty_suites_make_a_page_of_less_than_five_megabytes():
    targets = tuple(target(name, text="word " * 100) for name in ("toxicity", "threat"))
    few, many = (
        len(html(report(tuple(suite(f"suite-{place}", targets=targets) for place in range(count)))))
        for count in (5, 15)
    )
    assert few + (many - few) / 10 * 145 < 5_000_000


def test_an_odd_name_is_escaped_everywhere():
    odd = '"><b>odd'
    made = report(
        (suite("posts", targets=(target(odd),), not_judged={odd: odd}, note=odd), *every_section()),
        subject=odd,
        machine=odd,
        notes=(odd,),
    )
    assert odd not in html(made)


def test_a_comparison_is_a_page(two_runs):
    page = comparison_html(two_runs)
    outline = Outline(page)
    assert outline.open == []
    assert len(outline.ids) == len({*outline.ids})
    assert re.findall(r"url\(|@import|https?://|<script", page) == []
    assert row_of(page, "forum toxicity AUPRC").endswith("B")
    assert "20 rows: no number is shown for fewer than 30" in row_of(page, "tiny toxicity")
