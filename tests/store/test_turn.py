"""Threads that wait for their turn get it one at a time, in the order in which they came."""

from __future__ import annotations

from threading import Thread

import pytest

from comity.store.turn import Turn

LONG = 60.0


def in_threads(count, work):
    threads = [Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_whoever_came_first_goes_first():
    turn, order = Turn(), []

    def wait(number):
        with turn.take(LONG) as taken:
            order.append((number, taken))

    with turn.take(LONG):
        threads = []
        for number in range(8):
            threads += in_threads(1, lambda _, number=number: wait(number))
            while len(turn._waiting) <= number:
                pass
    for thread in threads:
        thread.join()
    assert order == [(number, True) for number in range(8)]


def test_only_one_has_it_at_a_time():
    turn, inside, most = Turn(), [], []

    def work(number):
        for _ in range(200):
            with turn.take(LONG):
                inside.append(number)
                most.append(len(inside))
                inside.pop()

    for thread in in_threads(8, work):
        thread.join()
    assert len(most) == 1_600
    assert max(most) == 1


def test_who_waited_in_vain_is_told_and_holds_up_nobody():
    turn = Turn()
    with turn.take(LONG), turn.take(0.01) as taken:
        assert not taken
    with turn.take(0.01) as taken:
        assert taken


def test_who_was_interrupted_while_waiting_holds_up_nobody(monkeypatch):
    turn = Turn()

    class Interrupted:
        def acquire(self, timeout=None):
            if timeout is not None:
                raise KeyboardInterrupt

    with turn.take(LONG):
        monkeypatch.setattr("comity.store.turn.Lock", Interrupted)
        with pytest.raises(KeyboardInterrupt), turn.take(LONG):
            pass
        assert not turn._waiting
    with turn.take(0.01) as taken:
        assert taken
