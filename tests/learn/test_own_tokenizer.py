import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from comity.learn.own_tokenizer import SPECIAL, own_tokenizer

TEXTS = ["You are a fool 😀", "what a day 😀", "the fool on the hill", "a fool and a day 🍆"]
VOCABULARY = 280  # the bytes, and a few words
TOKENIZER = own_tokenizer(TEXTS, VOCABULARY)


def tokens(text):
    return TOKENIZER.encode(text).tokens


def test_padding_is_the_first_token_and_a_text_stands_between_the_other_two():
    assert [TOKENIZER.token_to_id(token) for token in SPECIAL] == [0, 1, 2]
    encoding = TOKENIZER.encode("fool")
    assert (encoding.ids[0], encoding.ids[-1]) == (1, 2)


def test_a_common_word_is_one_token_wherever_it_stands():
    assert tokens("fool")[1:-1] == tokens("a fool")[2:-1] == tokens("FOOL")[1:-1]


def test_an_emoji_of_two_texts_is_one_token_also_within_a_word():
    assert TOKENIZER.decode([TOKENIZER.encode("😀").ids[-2]]) == "😀"
    assert len(tokens("fool😀fool")) == len(tokens("foolfool")) + 1


def test_an_emoji_of_one_text_is_read_by_its_bytes():
    assert len(tokens("🍆")) > len(tokens("😀"))


@given(st.text(min_size=1))
def test_any_text_is_given_back_in_lower_case(text):
    lower = TOKENIZER.normalizer.normalize_str(text)
    assert lower.lstrip() == TOKENIZER.decode(TOKENIZER.encode(text).ids).lstrip()


@given(st.text())
def test_tokens_lie_within_the_text_in_order(text):
    offsets = TOKENIZER.encode(text).offsets[1:-1]
    assert all(0 <= start <= end <= len(text) for start, end in offsets)
    assert offsets == sorted(offsets)


def test_the_same_texts_give_the_same_tokens():
    assert own_tokenizer(TEXTS, VOCABULARY).to_str() == TOKENIZER.to_str()


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_a_text_without_words_is_read(text):
    assert (tokens(text)[0], tokens(text)[-1]) == SPECIAL[1:]


def test_it_can_be_written_and_read(tmp_path):
    TOKENIZER.save(str(tmp_path / "tokenizer.json"), pretty=False)
    again = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert again.encode(TEXTS[0]).ids == TOKENIZER.encode(TEXTS[0]).ids
