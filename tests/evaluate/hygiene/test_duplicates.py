"""What counts as a near-duplicate, and which rows of which files are told."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import MissingExtra
from comity.evaluate.hygiene.duplicates import near_duplicates

POST = "Prune the old roses in February, well before the buds begin to swell, and burn what you cut."
OTHER = "The new greenhouse opens on Saturday; bring your own gloves and a packed lunch for the day."
WORDS = st.lists(st.sampled_from(["the", "old", "roses", "need", "water", "shade", "today"]), min_size=4)


def found(train, test):
    """Test id → whether it is equal to a training text, for those with a near-duplicate."""
    overlaps = list(near_duplicates([("train", train)], [("test", enumerate_ids(test))]))
    return {id: id in overlap.exact for overlap in overlaps for id in overlap.near}


def enumerate_ids(texts):
    return [(f"row {number}", text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    "copied",
    [
        POST.upper(),
        POST.replace(",", "").rstrip("."),
        POST.replace(" ", "  \n"),
        POST.replace("old", "o\u200bld"),
        POST.replace("e", "\u0435"),
    ],
    ids=["case", "punctuation", "white space", "zero width", "Cyrillic letters"],
)
def test_a_copy_in_another_dress_is_exact(copied):
    assert found([OTHER, POST], [copied]) == {"row 0": True}


def test_a_copy_with_a_word_changed_is_near_but_not_exact():
    assert found([OTHER, POST], [POST.replace("old", "wild")]) == {"row 0": False}


def test_texts_that_share_half_their_words_are_not_near():
    first_half = " ".join(POST.split()[:9])
    assert found([POST], [OTHER, f"{first_half} {OTHER[:45]}"]) == {}


def test_a_similarity_of_four_fifths_is_enough():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    long = letters[:24]  # twenty runs of five
    assert found([long], [letters[:20], letters[:19]]) == {"row 0": False}  # sixteen, fifteen of them


def test_texts_shorter_than_a_run_are_compared_whole():
    assert found(["No!"], ["no", "nope", "on"]) == {"row 0": True}


def test_different_emoji_are_different_texts():
    assert found(["🌹🌹", "!!!"], ["🌹🌹", "🌵"]) == {"row 0": True}


def test_chinese_is_compared_by_its_characters():
    post = "老玫瑰要在二月修剪，千万别等到新芽长出来再动手，剪下的枝条烧掉。"
    assert found([post], [post.replace("，", " "), "温室星期六开门，请自带手套和午饭。"]) == {"row 0": True}


def test_every_pair_of_files_is_told_apart():
    near = POST.replace("old", "wild")
    overlaps = near_duplicates(
        {"forum": [POST, OTHER], "chat": [near], "news": ["Nothing of the kind."]}.items(),
        {"first": enumerate_ids([POST, "hello there"]), "second": enumerate_ids([OTHER])}.items(),
    )
    assert [(one.train, one.test, one.test_rows, one.near, one.exact) for one in overlaps] == [
        ("forum", "first", 2, ("row 0",), ("row 0",)),
        ("chat", "first", 2, ("row 0",), ()),
        ("forum", "second", 1, ("row 0",), ("row 0",)),
    ]


def test_the_report_gets_counts():
    (overlap,) = near_duplicates(
        [("forum", [POST])], [("chat", enumerate_ids([POST, OTHER, POST.replace("old", "wild")]))]
    )
    assert overlap.counts().model_dump() == {
        "train": "forum",
        "test": "chat",
        "test_rows": 3,
        "near": 2,
        "exact": 1,
    }


def test_a_file_that_reads_lazily_is_read_once():
    assert found(iter([POST]), iter([POST])) == {"row 0": True}


def test_nothing_is_found_in_empty_files():
    assert found([], []) == found([], [POST]) == found([POST], []) == {}


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=8))
@settings(max_examples=30)
def test_training_rows_are_all_exact_copies_of_themselves(texts):
    assert found(texts, texts) == dict.fromkeys((id for id, _ in enumerate_ids(texts)), True)


@given(WORDS, WORDS)
@settings(max_examples=100)
def test_what_is_told_is_at_least_four_fifths_alike(first, second):
    def runs(words):
        text = " ".join(words)
        return {text[start : start + 5] for start in range(len(text) - 4)}

    if found([" ".join(first)], [" ".join(second)]):
        shared = runs(first) & runs(second)
        assert len(shared) >= 0.8 * len(runs(first) | runs(second))


def test_a_missing_library_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(MissingExtra, match=r"comity\[evaluate\]"):
        list(near_duplicates([], []))
