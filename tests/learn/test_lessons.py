import numpy as np
import pytest

from comity.learn.lessons import lessons
from comity.learn.network import pretrained_folder
from comity.learn.recipe import read_recipe
from comity.learn.rows import Rows


@pytest.fixture
def teach(workshop):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(pretrained_folder() / "tokenizer.json"))
    tokenizer.no_padding()

    def run(text, context="", spans=None, **training):
        recipe = read_recipe(workshop.write())
        rows = Rows([text], np.zeros((1, 2), np.float32), np.array(["a"]), ["1"], [context], [spans])
        lesson = lessons(rows, tokenizer, recipe.training.model_copy(update=training))
        words = [tokenizer.id_to_token(id) for id in lesson.tokens[0]]
        return words, lesson.marks[0]

    return run


def test_a_text_alone_is_read_between_special_tokens(teach):
    words, _ = teach("you fool")
    assert words == ["[CLS]", "you", "fool", "[SEP]"]


def test_the_last_tokens_of_the_context_come_first(teach):
    words, _ = teach("you fool", context="what a day", context_tokens=2)
    assert words == ["[CLS]", "a", "day", "[SEP]", "you", "fool", "[SEP]"]


def test_only_the_first_window_of_a_text_teaches(teach):
    words, marks = teach("one two three four", max_tokens=4)
    assert words == ["[CLS]", "one", "two", "[SEP]"]
    assert len(marks) == 4


def test_tokens_in_a_span_are_marked_and_those_of_the_context_are_masked(teach):
    words, marks = teach("you fool", context="good day", spans=[(4, 8)])
    marked = dict(zip(words, marks.tolist(), strict=True))
    assert (marked["you"], marked["fool"]) == (0, 1)
    assert np.isnan([marked["good"], marked["day"], marked["[SEP]"], marked["[CLS]"]]).all()


def test_where_nobody_marked_words_all_are_masked(teach):
    assert np.isnan(teach("you fool")[1]).all()
