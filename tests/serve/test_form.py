"""The form reads what it wrote into a link."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content.item import ROLES
from comity.errors import InputError
from comity.serve.page.form import LINK_CHARS, Form

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(
    text=WORDS.filter(bool), thread=WORDS, role=st.sampled_from(ROLES), policy=st.sampled_from(["", "garden"])
)
def test_a_link_says_all_that_was_filled_in(text, thread, role, policy):
    form = Form(text=text, thread=thread, role=role, policy=policy)
    assert form.link is not None
    read = {name: values[-1] for name, values in parse_qs(form.link[1:]).items()}
    assert Form(**read) == form


def test_a_link_is_as_long_as_proxies_allow():
    assert Form(text="x" * (LINK_CHARS - len("text="))).link
    assert Form(text="x" * (LINK_CHARS - len("text=") + 1)).link is None
    assert Form(text="한" * (LINK_CHARS // 9 + 1)).link is None


def test_an_edited_policy_goes_into_no_link():
    assert Form(text="hello", yaml="policy: mine").link is None


def test_each_line_of_the_thread_is_a_message_before_the_item():
    item = Form(text="Is it?", thread="The bud is here.\n\n  \nNo, there.", role="comment").item
    assert [before.parts[0].text for before in item.thread] == ["The bud is here.", "No, there."]
    assert item.role == "comment"


@pytest.mark.parametrize("form", [Form(), Form(text=" \n "), Form(text="hello", role="emperor")])
def test_a_form_without_text_or_with_another_role_is_no_item(form):
    with pytest.raises(InputError):
        _ = form.item
