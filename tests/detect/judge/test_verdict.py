"""Probabilities out of tokens, the leaning of a model, money, patience and memory."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.detect.judge.breaker import Breaker, Retries
from comity.detect.judge.cache import Cache, key_of, rules_digest
from comity.detect.judge.money import Purse
from comity.detect.judge.passage import Passage, Turn
from comity.detect.judge.question import Answer, Token, Unanswered, Unreadable
from comity.detect.judge.verdict import debiased, weighed
from tests.detect.judge.benches import ADVERTS, INSULTS

probabilities = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("likely", "expected"),
    [
        ({"Yes": 0.6, "No": 0.2}, 0.75),
        ({" yes": 0.3, "YES": 0.3, "**No": 0.2}, 0.75),
        ({"Y": 0.6, "N": 0.2, "": 0.2}, 0.75),
        ({"\u2581Yes": 0.6, "no.": 0.2, "Maybe": 0.2}, 0.75),
        ({"No": 1.0}, 0.0),
    ],
)
def test_the_spellings_of_a_word_count_together(likely, expected):
    assert weighed(Answer("", (Token("Yes", likely),)), "yes", "no") == pytest.approx(expected)


def test_a_token_that_begins_both_words_counts_for_neither():
    token = Token("un", {"un": 0.9, "s": 0.1})
    assert weighed(Answer("", (token,)), "unsafe", "safe") == pytest.approx(0.9)
    with pytest.raises(Unreadable):
        weighed(Answer("", (Token("h", {"h": 1.0}),)), "harmful", "harmless")


def test_signs_before_the_word_are_passed_over():
    tokens = (Token("\n", {"\n": 1.0}), Token('"', {'"': 1.0}), Token("No", {"No": 0.9, "Yes": 0.1}))
    assert weighed(Answer("", tokens), "yes", "no") == pytest.approx(0.1)


def test_the_word_behind_a_label_is_found_across_tokens():
    tokens = (Token("Saf", {}), Token("ety", {}), Token(":", {}), Token(" Un", {" Un": 0.8, " Safe": 0.2}))
    assert weighed(Answer("", tokens), "unsafe", "safe", after="Safety:") == pytest.approx(0.8)
    with pytest.raises(Unreadable, match="lacks"):
        weighed(Answer("", tokens), "unsafe", "safe", after="Verdict:")


def test_no_probabilities_are_no_answer_and_not_a_no():
    assert weighed(Answer("No"), "yes", "no") is None


@given(probabilities, probabilities)
def test_a_debiased_probability_is_one_and_moves_against_the_leaning(probability, leaning):
    found = debiased(probability, leaning)
    assert 0.0 <= found <= 1.0
    held = min(1 - 1e-6, max(1e-6, probability))
    if leaning > 0.5:
        assert found <= held + 1e-9
    if leaning < 0.5:
        assert found >= held - 1e-9


def test_a_model_that_leans_nowhere_is_taken_at_its_word():
    assert debiased(0.3, 0.5) == pytest.approx(0.3)


def test_rightly_saying_no_to_nothing_makes_no_harmless_text_a_violation():
    assert debiased(0.02, 0.000001) < 0.2


@given(probabilities, probabilities, probabilities)
def test_debiasing_keeps_the_order(one, other, leaning):
    low, high = sorted((one, other))
    assert debiased(low, leaning) <= debiased(high, leaning) + 1e-12


def test_money_is_counted_by_tokens_and_by_day():
    today = [datetime(2026, 11, 26, 23, 59, tzinfo=UTC)]
    purse = Purse((2.0, 10.0), 0.01, clock=lambda: today[0])
    assert purse.pay(Answer("", read=1_000, written=200)) == pytest.approx(0.004)
    purse.open()
    purse.pay(Answer("", read=3_000))
    with pytest.raises(Unanswered, match="daily budget"):
        purse.open()
    today[0] = datetime(2026, 11, 27, tzinfo=UTC)
    purse.open()
    assert purse.spent_today() == 0


def test_a_breaker_opens_after_five_failures_and_lets_one_through_later():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for _ in range(5):
        breaker.pass_or_raise()
        breaker.failed()
    with pytest.raises(Unanswered, match="30 more seconds"):
        breaker.pass_or_raise()
    now[0] = 31.0
    breaker.pass_or_raise()
    with pytest.raises(Unanswered):
        breaker.pass_or_raise()  # while that one is under way
    breaker.answered()
    breaker.pass_or_raise()


def test_retries_are_paid_by_requests():
    retries = Retries()
    assert [retries.take() for _ in range(4)] == [True, True, True, False]
    for _ in range(11):
        retries.earn()
    assert retries.take()


def test_a_cache_forgets_what_was_used_longest_ago():
    cache = Cache[int](2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.put("c", 3)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_a_key_changes_with_everything_that_a_verdict_rests_on():
    here = Passage("text", thread=(Turn("person 1", "before"),))
    keys = {
        key_of(asked, passage)
        for asked in (rules_digest([INSULTS]), rules_digest([ADVERTS]))
        for passage in (here, Passage("text"), Passage("texts"), Passage("text", role="comment"))
    }
    assert len(keys) == 8
    assert all(len(key) == 64 for key in keys)
