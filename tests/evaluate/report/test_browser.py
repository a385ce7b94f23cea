"""The page of a report in a real browser: examples stay hidden, nothing is fetched, every width and scheme works."""

from __future__ import annotations

import pytest

from comity.evaluate.report.html import comparison_html, html
from tests.browser import CONTRASTS
from tests.evaluate.report.made import report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory, two_runs):
    folder = tmp_path_factory.mktemp("pages")
    for name, text in (("report", html(report())), ("comparison", comparison_html(two_runs))):
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def open_page(browser, pages):
    """Opens a page from its file, without JavaScript; a message of the console or a request fails the test."""
    contexts, complaints = [], []

    def open_page(name="report", **options):
        context = browser.new_context(java_script_enabled=False, **options)
        contexts.append(context)
        context.set_default_timeout(8_000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: complaints.append(request.url))
        address = (pages / f"{name}.html").as_uri()
        page.goto(address)
        complaints.remove(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")


def test_an_example_is_hidden_until_it_is_asked_for(open_page):
    page = open_page()
    unfold(page)
    first, second = page.locator(".example").all()[:2]
    assert not first.is_visible()
    assert "idiot" not in page.locator("main").aria_snapshot()
    page.locator(".examples input").first.check()
    assert first.is_visible()
    assert not second.is_visible()


def test_all_examples_can_be_shown_and_hidden_at_once(open_page):
    page = open_page()
    unfold(page)
    everything = page.get_by_label("Show the text of all examples")
    everything.check()
    assert all(example.is_visible() for example in page.locator(".example").all())
    everything.uncheck()
    assert not any(example.is_visible() for example in page.locator(".example").all())


def test_an_example_is_text_and_never_markup(open_page):
    page = open_page()
    assert page.locator(".example script, .example b").count() == 0


def test_a_link_to_a_suite_opens_its_section(open_page):
    page = open_page()
    assert not page.get_by_role("heading", name="Which words").is_visible()
    page.get_by_role("navigation").get_by_role("link", name="forum-posts").click()
    assert page.get_by_role("heading", name="Which words").is_visible()


def test_everything_can_be_reached_by_keyboard(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.get_by_role("link", name="Skip to the results").is_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.suite > summary')"):
            break
    page.keyboard.press("Enter")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.examples input')"):
            break
    page.keyboard.press("Space")
    assert page.locator(".example").first.is_visible()


def test_print_shows_closed_sections_and_no_examples(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="Which words").is_visible()
    assert not any(example.is_visible() for example in page.locator(".example").all())


@pytest.mark.parametrize("name", ["report", "comparison"])
@pytest.mark.parametrize("width", [320, 1440])
def test_no_width_needs_sideways_scrolling(open_page, name, width):
    page = open_page(name, viewport={"width": width, "height": 800})
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["report", "comparison"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(open_page, name, scheme):
    page = open_page(name, color_scheme=scheme)
    unfold(page)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 50
    assert [entry for entry in found if entry["contrast"] < entry["needed"]] == []


def test_what_can_be_clicked_is_large_enough(open_page):
    page = open_page()
    unfold(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("nav a, summary, input")]
          .map((element) => [element.outerHTML.slice(0, 60), element.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []
