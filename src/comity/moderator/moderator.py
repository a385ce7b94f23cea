"""The system in one line: `decision = Moderator(policy).moderate(item)`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice, repeat
from time import perf_counter
from types import TracebackType
from typing import Self
from uuid import uuid4

from comity.content import Item
from comity.decide import NO_FACTS, Calibration, Decision, Facts, Plan, compile
from comity.detect import AsyncDetector, Extractor, Outcome, StreamingDetector
from comity.detect.examples import Examples
from comity.moderator.asking import Askable
from comity.moderator.assemble import Judge, assemble, calibration_of, registered
from comity.moderator.engine import drive, drive_async
from comity.moderator.portal import Portal
from comity.moderator.prepare import prepare
from comity.moderator.run import Run
from comity.moderator.stream import Stream
from comity.policy import Policy, load

BATCH = 256
"""Items that are decided together: enough to sort texts by length, few enough to answer while reading."""


class Moderator:
    """Decides items under one policy. Safe to share between threads; close it if a detector is remote.

    policy: a Policy, a pack (`community`, `community@1`) or the path of a policy file. detectors: those to use in
    place of all registered ones. judge: builds the detectors that read rules. examples: where people's examples for
    the rules are kept. portal: where remote detectors run, if it is shared with others, who then close it. Building a
    Moderator loads no weights. Raises PolicyError, NotFound, CalibrationError.
    """

    def __init__(
        self,
        policy: Policy | str = "community",
        *,
        detectors: Sequence[Askable] | None = None,
        extractors: Sequence[Extractor] = (),
        judge: Judge | None = None,
        examples: Examples | None = None,
        calibration: Calibration | None = None,
        portal: Portal | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.policy = policy if isinstance(policy, Policy) else load(policy)
        shared = registered() if detectors is None else detectors
        self._calibration = calibration or calibration_of(shared)
        self._detectors = {
            detector.name: detector for detector in assemble(self.policy, shared, judge, examples)
        }
        self._local = {name: d for name, d in self._detectors.items() if not isinstance(d, AsyncDetector)}
        self._extractors = tuple(extractors)
        self.plan = compile(
            self.policy,
            tuple(self._detectors.values()),
            self._calibration,
            self._extractors,
        )
        self._clock = clock
        self._portal = portal or Portal()
        self._owns_portal = portal is None

    def moderate(
        self,
        item: Item | str,
        facts: Facts | None = None,
        *,
        want: Set[str] = frozenset(),
        known: Mapping[str, Outcome] | None = None,
    ) -> Decision:
        """The decision for one item.

        want: criteria whose scores the caller needs even where no rule does. known: outcomes had from elsewhere, such
        as a recorded decision that is replayed, or a near duplicate.
        """
        return self._decide([_item(item)], [facts], want, known)[0]

    def moderate_many(
        self,
        items: Iterable[Item | str],
        facts: Facts | Iterable[Facts] | None = None,
        *,
        want: Set[str] = frozenset(),
        batch: int = BATCH,
    ) -> Iterator[Decision]:
        """Decisions in the order of `items`, which may be endless: `batch` of them are decided at a time.

        facts: the same for all items, or one for each, in the same order.
        """
        for chunk, known_facts in _chunks(items, facts, batch):
            yield from self._decide(chunk, known_facts, want)

    async def amoderate(
        self,
        item: Item | str,
        facts: Facts | None = None,
        *,
        want: Set[str] = frozenset(),
        known: Mapping[str, Outcome] | None = None,
    ) -> Decision:
        """`moderate` for asyncio. Cancelling it cancels the detectors at work."""
        return (await self._adecide([_item(item)], [facts], want, known))[0]

    async def amoderate_many(
        self,
        items: Iterable[Item | str],
        facts: Facts | Iterable[Facts] | None = None,
        *,
        want: Set[str] = frozenset(),
        batch: int = BATCH,
    ) -> AsyncIterator[Decision]:
        """`moderate_many` for asyncio."""
        for chunk, known_facts in _chunks(items, facts, batch):
            for decision in await self._adecide(chunk, known_facts, want):
                yield decision

    def shadow(self, item: Item | str, decision: Decision) -> Decision | None:
        """What the policy's shadow rules would have decided; None if there are none.

        Called after the live `decision`, whose outcomes it uses again, so that it never delays or changes it.
        """
        if self.plan.shadow is None:
            return None
        return self._decide(
            [_item(item)], [decision.facts], frozenset(), decision.outcomes, self.plan.shadow
        )[0]

    def open(self, item: Item, facts: Facts | None = None) -> Stream:
        """Moderates a text while it is being written: feed the stream, then close it. `item` holds its context."""
        streaming = [d for d in self._local.values() if isinstance(d, StreamingDetector)]
        return Stream(
            self.moderate, compile(self.policy, streaming, self._calibration), streaming, item, facts
        )

    @property
    def closing(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What remote detectors want to be called on their event loop before it ends."""
        found = (getattr(detector, "aclose", None) for detector in self._detectors.values())
        return tuple(close for close in found if close is not None)

    def close(self) -> None:
        """Stops the thread that remote detectors needed, if any."""
        if self._owns_portal:
            self._portal.close(*self.closing)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _decide(
        self,
        items: Sequence[Item],
        facts: Sequence[Facts | None],
        want: Set[str],
        known: Mapping[str, Outcome] | None = None,
        plan: Plan | None = None,
    ) -> list[Decision]:
        started = perf_counter()
        runs = self._start(items, facts, want, known, plan)
        if len(self._local) == len(self._detectors):
            drive(runs, self._local)
        else:
            self._portal.get().call(drive_async, runs, self._detectors)
        return self._finish(runs, started)

    async def _adecide(
        self,
        items: Sequence[Item],
        facts: Sequence[Facts | None],
        want: Set[str],
        known: Mapping[str, Outcome] | None = None,
    ) -> list[Decision]:
        started = perf_counter()
        runs = await asyncio.to_thread(self._start, items, facts, want, known)
        await drive_async(runs, self._detectors)
        return self._finish(runs, started)

    def _start(
        self,
        items: Sequence[Item],
        facts: Sequence[Facts | None],
        want: Set[str],
        known: Mapping[str, Outcome] | None,
        plan: Plan | None = None,
    ) -> list[Run]:
        now = self._clock()
        runs = []
        for (item, failures), given in zip(prepare(items, self._extractors), facts, strict=True):
            given = given or NO_FACTS
            if given.now is None:
                given = replace(given, now=now)
            runs.append(Run(plan or self.plan, item, given, want, {**failures, **(known or {})}))
        return runs

    def _finish(self, runs: Sequence[Run], started: float) -> list[Decision]:
        each_ms = (perf_counter() - started) * 1000 / len(runs)
        now = self._clock()
        return [
            replace(
                run.result,
                id=f"dec-{uuid4().hex}",
                decided_at=now,
                ms=each_ms,
                timings=run.timings,
                cost=run.cost,
            )
            for run in runs
        ]


def _item(item: Item | str) -> Item:
    return Item.text(item) if isinstance(item, str) else item


def _chunks(
    items: Iterable[Item | str], facts: Facts | Iterable[Facts] | None, size: int
) -> Iterator[tuple[list[Item], list[Facts | None]]]:
    each = repeat(facts) if facts is None or isinstance(facts, Facts) else facts
    rest = zip(map(_item, items), each, strict=False)
    while chunk := list(islice(rest, size)):
        yield [item for item, _ in chunk], [known_facts for _, known_facts in chunk]
