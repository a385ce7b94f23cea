import numpy as np
import pytest

from comity.evaluate.linear import Linear, cut, has_both

NAN = float("nan")
RUDE = [f"you are a {word} fool" for word in ("useless", "silly", "great", "real", "sorry")]
CALM = [f"my {plant} are ripe" for plant in ("beans", "roses", "leeks", "peas", "plums")]


def test_each_column_is_learned_from_the_rows_that_have_it():
    annotations = [[1, NAN]] * 5 + [[0, 1]] * 3 + [[0, 0.4]] * 2
    scores = Linear(0).fit(RUDE + CALM, annotations).scores(["you are such a fool", "the beans are ripe"])
    assert scores.shape == (2, 2)
    assert scores[0, 0] > 0.5 > scores[1, 0]
    assert scores[1, 1] > scores[0, 1]


@pytest.mark.parametrize(
    ("annotations", "both"),
    [
        ([1, 0], True),
        ([0.5, 0.4], True),
        ([1, 1, NAN], False),
        ([0, NAN], False),
        ([NAN], False),
        ([], False),
    ],
)
def test_learning_needs_rows_of_both_kinds(annotations, both):
    assert has_both(np.array(annotations, float)) == both


def test_floors_read_the_beginning_of_a_text():
    assert cut(["a" * 5000, "b"]) == ["a" * 2000, "b"]
