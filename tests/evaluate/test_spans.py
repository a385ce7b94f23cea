import pytest

from comity.evaluate.spans import characters, span_f1


@pytest.mark.parametrize(
    ("gold", "predicted", "f1"),
    [
        ([(0, 5)], [(0, 5)], 1.0),
        ([(0, 4)], [(2, 6)], 0.5),
        ([(0, 10)], [(0, 5)], 2 / 3),
        ([(0, 2), (8, 10)], [(0, 2)], 2 / 3),
        ([(0, 5)], [(5, 9)], 0.0),
    ],
)
def test_f1_counts_characters_marked_by_both(gold, predicted, f1):
    assert span_f1(gold, predicted) == pytest.approx(f1)


def test_a_post_that_neither_marks_is_right():
    assert span_f1([], []) == 1


@pytest.mark.parametrize(("gold", "predicted"), [([], [(0, 3)]), ([(0, 3)], [])])
def test_a_post_that_only_one_marks_is_wrong(gold, predicted):
    assert span_f1(gold, predicted) == 0


def test_overlapping_spans_mark_a_character_once():
    assert characters([(0, 3), (2, 4)]) == {0, 1, 2, 3}
