"""What a condition may read of an item and of the facts around it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from comity.content import Item, Part
from comity.decide import Facts
from comity.decide.facts import known
from comity.policy._facts import FACTS

ITEM = Item(
    "i",
    (Part("t", "text", "LOOK at https://example.com/x and example.org @mira"), Part("p", "image", b"...")),
    role="comment",
    author="sam",
    lang="en",
    thread=(Item.text("before"),),
)
FACTS_AT_HAND = Facts(
    now=datetime(2026, 11, 23, 21, 5, tzinfo=UTC),
    author={"age_days": 3.5},
    counters={"posts_10m": 4},
    history={"removals": 2},
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("item.role", "comment"),
        ("item.lang", "en"),
        ("item.length", 51),
        ("item.links", 2),
        ("item.mentions", 1),
        ("item.parts", 2),
        ("item.has_image", True),
        ("item.has_video", False),
        ("author.id", "sam"),
        ("author.age_days", 3.5),
        ("counters.posts_10m", 4),
        ("history.removals", 2),
        ("thread.length", 1),
        ("now.hour", 21),
        ("now.weekday", 1),
    ],
)
def test_a_fact_at_hand_is_read(name, value):
    assert known(ITEM, FACTS_AT_HAND, frozenset({name})) == {name: value}


def test_the_share_of_capitals_counts_letters_that_have_a_case():
    shouting = Item.text("AAAa 123 שלום")
    share = known(shouting, Facts(), frozenset({"item.uppercase_share"}))["item.uppercase_share"]
    assert share == pytest.approx(0.75)


@pytest.mark.parametrize(
    "name", ["author.age_days", "counters.other", "history.items", "now.hour", "item.lang"]
)
def test_a_fact_that_nobody_told_is_absent(name):
    assert known(Item.text("x"), Facts(), frozenset({name})) == {}


def test_every_fact_about_the_item_that_a_policy_may_name_is_known_of_a_full_item():
    names = frozenset(name for name in FACTS if name.startswith(("item.", "thread.", "now.")))
    assert known(ITEM, FACTS_AT_HAND, names).keys() == names
