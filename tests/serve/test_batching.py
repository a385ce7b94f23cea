"""Requests that arrive together are decided together, and none of them pays for another."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from threading import Event

import pytest

from comity.content import Item
from comity.decide import NO_FACTS
from comity.detect import Failed
from comity.moderator.moderator import BATCH
from comity.serve import batching
from comity.serve.batching import Batcher
from comity.serve.unavailable import TooMany, Unavailable


class Decided:
    """A decision of the fake below: `by` are the texts that it was asked about in one call."""

    def __init__(self, text, by, want):
        self.text, self.by, self.want = text, by, want
        self.outcomes = {"fake.v1": Failed("poison")} if "poison" in by else {}


class FakeModerator:
    """Notes every call. The text `bomb` raises; `poison` fails a detector for the whole call; `gate` waits."""

    def __init__(self):
        self.calls = []
        self.at_work, self.gate = Event(), Event()

    def moderate_many(self, items, facts, *, want):
        texts = [item.parts[0].text for item in items]
        assert len(facts) == len(texts)
        self.calls.append(texts)
        if "gate" in texts:
            self.at_work.set()
            assert self.gate.wait(20)
        if "bomb" in texts:
            raise ZeroDivisionError
        yield from (Decided(text, texts, want) for text in texts)


@asynccontextmanager
async def running(threads=1, *, wait_ms=20, queue=1_000, deadline=20):
    batcher = Batcher(threads, wait_ms=wait_ms, queue=queue, deadline=deadline)
    task = asyncio.create_task(batcher.run())
    try:
        yield batcher
    finally:
        task.cancel()


def ask(batcher, moderator, *texts, want=frozenset(), tell=list):
    items = [Item.text(text) for text in texts]
    return asyncio.create_task(batcher.decide(moderator, items, [NO_FACTS] * len(items), want, tell))


async def busy(batcher, moderator):
    """Has the only thread at work until the gate opens."""
    task = ask(batcher, moderator, "gate")
    assert await asyncio.to_thread(moderator.at_work.wait, 20)
    return task


def test_requests_that_come_together_are_one_call_and_each_gets_its_own():
    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            told = await asyncio.gather(
                *(ask(batcher, moderator, f"{number}a", f"{number}b") for number in range(5))
            )
        assert [[decided.text for decided in one] for one in told] == [[f"{n}a", f"{n}b"] for n in range(5)]
        assert len(moderator.calls) == 1

    asyncio.run(scene())


def test_a_wait_of_zero_still_gathers_what_came_while_the_thread_was_busy():
    async def scene():
        moderator = FakeModerator()
        async with running(wait_ms=0) as batcher:
            first = await busy(batcher, moderator)
            others = [ask(batcher, moderator, str(number)) for number in range(4)]
            await asyncio.sleep(0.01)
            assert batcher.waiting == 4
            moderator.gate.set()
            await asyncio.gather(first, *others)
        assert moderator.calls == [["gate"], ["0", "1", "2", "3"]]
        assert batcher.waiting == 0

    asyncio.run(scene())


def test_an_idle_server_decides_at_once_however_long_the_wait():
    async def scene():
        async with running(threads=2, wait_ms=3_600_000) as batcher:
            for text in "abc":
                await ask(batcher, FakeModerator(), text)

    asyncio.run(scene())


def test_what_waits_is_shared_between_the_threads():
    async def scene():
        moderator = FakeModerator()
        async with running(threads=2, wait_ms=0) as batcher:
            await asyncio.gather(*(ask(batcher, moderator, text) for text in "abcdef"))
        assert sorted(len(call) for call in moderator.calls)[-1] == 3

    asyncio.run(scene())


def test_other_policies_and_other_scores_are_other_batches():
    async def scene():
        one, other = FakeModerator(), FakeModerator()
        async with running() as batcher:
            told = await asyncio.gather(
                ask(batcher, one, "a"),
                ask(batcher, other, "b"),
                ask(batcher, one, "c", want=frozenset({"spam"})),
                ask(batcher, one, "d"),
            )
        assert one.calls == [["a", "d"], ["c"]]
        assert other.calls == [["b"]]
        assert [decided.want for [decided] in told] == [set(), set(), {"spam"}, set()]

    asyncio.run(scene())


def test_two_threads_decide_at_the_same_time():
    async def scene():
        slow, quick = FakeModerator(), FakeModerator()
        async with running(threads=2) as batcher:
            held = await busy(batcher, slow)
            assert [one.text for one in await ask(batcher, quick, "quick")] == ["quick"]
            assert not held.done()
            slow.gate.set()
            await held

    asyncio.run(scene())


def test_a_request_that_raises_fails_alone():
    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            told = await asyncio.gather(
                *(ask(batcher, moderator, text) for text in ("a", "bomb", "c")), return_exceptions=True
            )
        assert [type(one) for one in told] == [list, ZeroDivisionError, list]
        assert moderator.calls == [["a", "bomb", "c"], ["a"], ["bomb"], ["c"]]

    asyncio.run(scene())


def test_a_detector_that_fails_on_one_item_fails_for_that_request_only():
    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            told = await asyncio.gather(*(ask(batcher, moderator, text) for text in ("a", "poison", "c")))
        assert [bool(decided.outcomes) for [decided] in told] == [False, True, False]

    asyncio.run(scene())


def test_an_answer_that_cannot_be_told_is_the_error_of_that_request_only():
    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            told = await asyncio.gather(
                ask(batcher, moderator, "a", tell=lambda _: 1 // 0),
                ask(batcher, moderator, "b", tell=len),
                return_exceptions=True,
            )
        assert isinstance(told[0], ZeroDivisionError)
        assert told[1] == 1
        assert len(moderator.calls) == 1

    asyncio.run(scene())


def test_a_full_queue_turns_the_next_away_at_once_and_one_large_request_is_always_taken():
    async def scene():
        moderator = FakeModerator()
        async with running(queue=3) as batcher:
            first = await busy(batcher, moderator)
            large = ask(batcher, moderator, *"abcde")
            await asyncio.sleep(0)
            with pytest.raises(TooMany) as refused:
                await ask(batcher, moderator, "f")
            assert refused.value.retry_after > 0
            moderator.gate.set()
            assert len(await large) == 5
            await first
            assert len(await ask(batcher, moderator, "g")) == 1

    asyncio.run(scene())


def test_who_leaves_the_queue_is_not_decided():
    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            first = await busy(batcher, moderator)
            gone, stays = ask(batcher, moderator, "gone"), ask(batcher, moderator, "stays")
            await asyncio.sleep(0.01)
            gone.cancel()
            await asyncio.sleep(0.01)
            assert batcher.waiting == 1
            moderator.gate.set()
            await asyncio.gather(first, stays)
        assert moderator.calls == [["gate"], ["stays"]]

    asyncio.run(scene())


def test_past_its_deadline_a_request_is_told_so_and_dropped():
    async def scene():
        moderator = FakeModerator()
        async with running(deadline=0.05) as batcher:
            for late in (await busy(batcher, moderator), ask(batcher, moderator, "late")):
                with pytest.raises(Unavailable) as refused:
                    await late
                assert not isinstance(refused.value, TooMany)
            moderator.gate.set()
            await ask(batcher, moderator, "next")
        assert moderator.calls == [["gate"], ["next"]]

    asyncio.run(scene())


def test_a_long_text_is_decided_by_itself_and_a_batch_has_an_end(monkeypatch):
    monkeypatch.setattr(batching, "BATCH_CHARS", 10)

    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            await asyncio.gather(
                *(ask(batcher, moderator, text) for text in ("short", "x" * 11, "brief", "y"))
            )
            assert moderator.calls == [["short"], ["x" * 11], ["brief", "y"]]
            await asyncio.gather(*(ask(batcher, moderator, "z") for _ in range(25)))
            assert [len(call) for call in moderator.calls[3:]] == [10, 10, 5]

    asyncio.run(scene())


def test_a_batch_holds_no_more_items_than_the_moderator_takes_at_once():
    async def scene():
        moderator = FakeModerator()
        async with running() as batcher:
            await asyncio.gather(*(ask(batcher, moderator, "z") for _ in range(BATCH + 1)))
        assert [len(call) for call in moderator.calls] == [BATCH, 1]

    asyncio.run(scene())
