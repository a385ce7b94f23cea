"""Work runs in a bounded number of threads, and a bounded amount of it waits."""

from __future__ import annotations

from threading import Event

import anyio
import pytest

from comity.serve.unavailable import Unavailable
from comity.serve.workers import WAITING_PER_THREAD, Workers


def test_the_result_and_the_error_of_the_work_come_back():
    workers = Workers(1)
    assert anyio.run(workers.run, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        anyio.run(Workers(1).run, lambda: 1 / 0)


def test_past_the_queue_work_is_turned_away_at_once():
    async def crowd():
        workers, gate, refused = Workers(1), Event(), []

        async def ask():
            try:
                await workers.run(gate.wait)
            except Unavailable as error:
                refused.append(error)

        async with anyio.create_task_group() as tasks:
            for _ in range(1 + WAITING_PER_THREAD + 3):
                tasks.start_soon(ask)
            while len(refused) < 3:
                await anyio.sleep(0.01)
            gate.set()
        return refused

    refused = anyio.run(crowd)
    assert len(refused) == 3
    assert refused[0].retry_after > 0
