"""A key may ask so many times a minute, and no more."""

from __future__ import annotations

import pytest

from comity.serve.rates import Rates
from comity.serve.unavailable import TooMany


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_whole_minute_may_be_used_at_once_and_then_no_more(clock):
    rates = Rates(clock)
    for _ in range(6):
        rates.take(1, 6)
    with pytest.raises(TooMany) as refused:
        rates.take(1, 6)
    assert refused.value.retry_after == 10


def test_what_was_used_comes_back_evenly_and_never_past_the_minute(clock):
    rates = Rates(clock)
    for _ in range(6):
        rates.take(1, 6)
    clock.now += 10
    rates.take(1, 6)
    with pytest.raises(TooMany):
        rates.take(1, 6)
    clock.now += 3_600
    for _ in range(6):
        rates.take(1, 6)
    with pytest.raises(TooMany):
        rates.take(1, 6)


def test_after_the_told_wait_there_is_one_again(clock):
    rates = Rates(clock)
    rates.take(1, 7)
    for _ in range(100):
        try:
            rates.take(1, 7)
        except TooMany as refused:
            clock.now += refused.retry_after
            rates.take(1, 7)


def test_one_key_does_not_use_up_what_another_has(clock):
    rates = Rates(clock)
    rates.take(1, 1)
    rates.take(2, 1)
    with pytest.raises(TooMany):
        rates.take(1, 1)
