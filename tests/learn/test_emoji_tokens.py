import json

import pytest

from comity.learn.emoji_tokens import with_emoji
from comity.learn.network import pretrained_folder


@pytest.fixture(scope="module")
def made():
    return with_emoji(pretrained_folder() / "tokenizer.json", ["so good 🍕🍕", "🔪 ok"])


def tokens(made, text):
    return made[0].encode(text, add_special_tokens=False).tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pizza🍕🍕", ["pizza", "🍕", "🍕"]),
        ("🔪you", ["🔪", "you"]),
        ("👍🏽", ["👍", "🏽"]),
        ("❤️ 🇩🇪", ["❤", "🇩", "🇪"]),
        ("👩\u200d👧", ["👩", "👧"]),
    ],
)
def test_every_emoji_is_a_token_of_its_own(made, text, expected):
    assert tokens(made, text) == expected


def test_words_are_read_as_before(made):
    text = "Don't you dare, gr8 naïve friend"
    assert tokens(made, text) == tokens(with_emoji(pretrained_folder() / "tokenizer.json", []), text)


def test_the_vocabulary_does_not_grow(made):
    before = json.loads((pretrained_folder() / "tokenizer.json").read_text())["model"]["vocab"]
    assert made[0].get_vocab_size() == len(before)


def test_an_emoji_means_what_its_name_says(made):
    tokenizer, meanings = made
    meaning = meanings[tokenizer.token_to_id("🍕")]
    assert tokenizer.decode(meaning) == "slice of pizza"


def test_emoji_of_the_texts_come_first(made):
    tokenizer, meanings = made
    assert [tokenizer.id_to_token(id) for id in list(meanings)[:2]] == ["🍕", "🔪"]
