"""The packaged tiny model: what it weighs, what it says, and what its card owes a reader."""

import pytest

from comity.models import TextModel, find

MEGABYTE = 1e6
PAIRS = {
    "insult": ("You are a useless, pathetic idiot.", "Thank you, you are a great help."),
    "threat": ("I will find you and break your legs.", "I will find the leak and fix your sink."),
    "spam": ("WIN a free prize now!! Click www.prizes.test", "The prize for the best leek goes to Ann."),
}


@pytest.fixture(scope="module")
def tiny():
    return TextModel(find("tiny-v1"), threads=1)


@pytest.fixture(scope="module")
def card():
    return find("tiny-v1").card


def test_all_its_files_together_have_less_than_three_megabytes():
    assert sum(file.stat().st_size for file in find("tiny-v1").folder.iterdir()) < 3 * MEGABYTE


def test_its_files_are_those_of_its_card():
    find("tiny-v1").verify()


def test_its_words_have_eight_bits_each():
    onnx = pytest.importorskip("onnx")
    tables = onnx.load(find("tiny-v1").model).graph.initializer
    size = {table.name: len(table.raw_data) for table in tables}
    assert max(size.values()) > MEGABYTE
    wide = (onnx.TensorProto.FLOAT, onnx.TensorProto.INT64)
    assert sum(size[table.name] for table in tables if table.data_type in wide) < 0.1 * sum(size.values())


@pytest.mark.parametrize(("criterion", "texts"), PAIRS.items(), ids=PAIRS)
def test_a_text_that_holds_a_criterion_scores_higher_than_one_that_does_not(tiny, criterion, texts):
    holds, fine = tiny.judge(texts).scores[:, tiny.labels.index(criterion)]
    assert holds > fine + 0.2


@pytest.mark.parametrize("text", ["", "🍆", "word " * 5_000, "\u0000", "ﷺ" * 300, "a" * 20_000])
def test_any_text_gets_scores(tiny, text):
    scores = tiny.judge([text]).scores
    assert ((scores >= 0) & (scores <= 1)).all()


def test_its_card_is_whole(card):
    assert card.limits
    assert card.false_alarms
    assert all(row.licence for row in card.data)
    assert all(label.positives >= 10 <= label.negatives for label in card.labels.values())
    assert {result.label for result in card.results} >= {"toxicity", "insult", "hate", "prompt-harm"}
    assert {result.seen for result in card.results} == {True, False}
