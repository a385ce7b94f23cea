import numpy as np
import pytest

from comity.evaluate.sections.spans import spans
from tests.evaluate.sections.made import answers, cases

TEXT = "you idiot, go home"
IDIOT = (4, 9)


def _found(gold, pointed, scores, criteria=("insult",), threshold=0.5, text=TEXT):
    rows = [{"text": text, "spans": None if one is None else tuple(one)} for one in gold]
    said = answers({"insult": scores}, spans={"insult": tuple(tuple(one) for one in pointed)})
    return spans(cases(rows), said, criteria, threshold)


def test_f1_is_the_mean_over_posts():
    # Half of the posts exactly right; the others cover the 18 characters of the text, of which 5 are right.
    found = _found([[IDIOT]] * 40, [[IDIOT]] * 20 + [[(0, 18)]] * 20, [0.9] * 40)
    assert found.rows == 40
    assert found.f1.value == pytest.approx((1 + 2 * 5 / (5 + 18)) / 2)


def test_what_is_below_the_threshold_points_at_nothing():
    found = _found([[IDIOT]] * 30 + [[]] * 30, [[IDIOT]] * 60, [0.4] * 60)
    assert found.f1.value == pytest.approx(
        0.5
    )  # nothing to find in the posts without spans, and nothing found


def test_spans_of_other_criteria_do_not_count():
    assert _found([[IDIOT]] * 30, [[IDIOT]] * 30, [0.9] * 30, criteria=("hate",)).f1.value == 0


def test_posts_whose_spans_nobody_was_asked_for_are_left_out():
    assert _found([[IDIOT]] * 30 + [None] * 5, [[IDIOT]] * 35, [0.9] * 35).rows == 30


def test_fewer_than_30_posts_give_no_number():
    found = _found([[IDIOT]] * 29, [[IDIOT]] * 29, [0.9] * 29)
    assert (found.f1, found.word_list_f1) == (None, None)


def test_the_word_list_is_the_floor():
    gold = [[IDIOT]] * 15 + [[(11, 13)]] * 15
    assert _found(gold, [[]] * 30, np.zeros(30)).word_list_f1 == pytest.approx(0.5)
