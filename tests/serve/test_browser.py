"""The page in a real browser: with and without JavaScript, by keyboard, narrow and wide, light and dark."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser import CONTRASTS
from tests.serve.cast import FRIENDLY, GARDEN, INSULT

pytestmark = pytest.mark.browser

CLEAR = "rgba(0, 0, 0, 0)"
WRONG = GARDEN.replace("insult: 0.80", "insullt: 0.80").replace("action: label", "action: lable")


@pytest.fixture
def open_page(browser, address):
    """Opens `/` plus a path in a fresh context made with the given options; any error in the page fails the test."""
    contexts, errors = [], []

    def open_page(path="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(8_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if "Content Security" in message.text else None,
        )
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def result_of(text):
    return f"?text={quote(text)}"


def check(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Check", exact=True).click()


def make_mistakes(page):
    """Leads an empty page to one with the mistakes of an edited policy."""
    page.get_by_label("Text", exact=True).fill("hello")
    page.get_by_role("button", name="Edit the policy").click()
    page.get_by_label("Edited policy").fill(WRONG)
    check(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_checks_a_text_and_shares_the_result(open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.get_by_label("Text", exact=True).fill(INSULT)
    page.get_by_text("Messages before it").click()
    page.get_by_label("Thread").fill("I prune in May.\nWhy?")
    page.get_by_label("It is a").select_option("comment")
    check(page)
    assert page.get_by_role("heading", name="Remove").is_visible()
    link = page.get_by_role("link", name="Link to this result").get_attribute("href")
    shared = open_page(link.removeprefix("./"), java_script_enabled=javascript)
    assert shared.get_by_role("heading", name="Remove").is_visible()
    assert shared.get_by_label("It is a").input_value() == "comment"
    assert shared.get_by_label("Thread").input_value() == "I prune in May.\nWhy?"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_shared_adverse_text_is_hidden_until_asked_for(open_page, javascript):
    page = open_page(result_of(INSULT), java_script_enabled=javascript)
    assert not any(content.is_visible() for content in page.locator(".content").all())
    assert page.get_by_label("Text", exact=True).evaluate("(field) => getComputedStyle(field).color") == CLEAR
    page.get_by_label("Show the text").check()
    assert page.locator("mark").is_visible()
    assert page.locator("q").is_visible()


def test_what_is_hidden_is_hidden_from_screen_readers_too(open_page):
    page = open_page(result_of(INSULT))
    spoken = page.get_by_role("region", name="The text, with the evidence marked")
    assert "walnut" not in spoken.aria_snapshot()
    page.get_by_label("Show the text").check()
    assert "walnut" in spoken.aria_snapshot()


def test_a_visitor_edits_the_policy_and_is_shown_every_mistake(open_page):
    page = open_page(java_script_enabled=False)
    make_mistakes(page)
    alert = page.get_by_role("alert")
    assert alert.get_by_text("line 7, column 18").is_visible()
    assert alert.get_by_text("line 14, column 13").is_visible()
    assert page.get_by_label("Edited policy").input_value() == WRONG
    page.get_by_label("Edited policy").fill(GARDEN.replace("insult: 0.80", "spam: 0.80"))
    page.get_by_label("Text", exact=True).fill("FREE seeds")
    check(page)
    assert page.get_by_role("heading", name="Remove").is_visible()


def test_everything_can_be_done_by_keyboard(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text field"
    assert page.get_by_role("link", name="Skip to the text field").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.type(INSULT)
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Remove").wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "reveal":
            break
    page.keyboard.press("Space")
    assert page.locator("mark").is_visible()


def test_every_stop_of_the_tab_key_can_be_seen(open_page):
    page = open_page(result_of(FRIENDLY))
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        stop, outline, visible = page.evaluate(
            """() => {
              const element = document.activeElement, style = getComputedStyle(element);
              return [element.outerHTML.slice(0, 60), style.outlineStyle + " " + style.outlineWidth,
                      element.checkVisibility({visibilityProperty: true})];
            }"""
        )
        if stop.startswith("<body"):
            break
        assert visible, stop
        assert outline == "solid 3px", stop
        seen.add(stop)
    assert len(seen) > 8


def test_the_link_can_be_copied(open_page, browser, address):
    page = open_page(result_of(FRIENDLY), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}/?text=Prune+above+the+bud."


STATES = {
    "empty": lambda page: None,
    "decided": lambda page: page.get_by_label("Show the text").check(),
    "hidden": lambda page: None,
    "mistakes": make_mistakes,
}


def in_state(open_page, state, **options):
    page = open_page(result_of(INSULT) if state in ("decided", "hidden") else "", **options)
    STATES[state](page)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    return page


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_no_width_needs_sideways_scrolling(open_page, state, width):
    page = in_state(open_page, state, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_fields_stand_out_from_their_background(open_page, state, scheme):
    page = in_state(open_page, state, color_scheme=scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 15
    assert [entry for entry in found if entry["contrast"] < entry["needed"]] == []


@pytest.mark.parametrize("state", STATES)
def test_what_can_be_clicked_is_large_enough(open_page, state):
    page = in_state(open_page, state)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a:not(.skip), button, select, summary, input")]
          .filter((element) => element.checkVisibility())
          .map((element) => [element.outerHTML.slice(0, 60), element.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize("state", STATES)
def test_landmarks_headings_and_labels_are_in_order(open_page, state):
    page = in_state(open_page, state)
    assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == "en"
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("textarea, select, input")]
          .filter((field) => !field.labels.length).map((field) => field.name)"""
    )
    assert unnamed == []
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("text", ["שלום עולם, מה שלומכם היום?", "مرحبا بكم في حديقتنا"])
def test_text_from_right_to_left_runs_that_way(open_page, text):
    page = open_page(result_of(text))
    assert page.locator(".item-text").evaluate("(element) => getComputedStyle(element).direction") == "rtl"
