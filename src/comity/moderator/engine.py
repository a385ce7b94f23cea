"""Driving many cascades at once: each detector is asked for all items that need it, in one batch."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from comity.detect import AsyncDetector, Outcome
from comity.moderator.asking import Askable, Local, ask, ask_remote
from comity.moderator.run import Run


def drive(runs: Sequence[Run], detectors: Mapping[str, Local]) -> None:
    """Brings every run to its decision, in this thread."""
    while waiting := [run for run in runs if run.asked]:
        answers: dict[Run, dict[str, Outcome]] = defaultdict(dict)
        timings: dict[Run, dict[str, float]] = defaultdict(dict)
        for name, batch in _batches(waiting).items():
            started = perf_counter()
            outcomes = ask(detectors[name], [run.item for run in batch])
            each_ms = (perf_counter() - started) * 1000 / len(batch)
            for run, outcome in zip(batch, outcomes, strict=True):
                answers[run][name], timings[run][name] = outcome, each_ms
        for run in waiting:
            run.send(answers[run], timings[run])


@dataclass(slots=True)
class _Inquiry:
    """A detector at work on a batch of runs."""

    name: str
    batch: list[Run]
    started: float = field(default_factory=perf_counter)

    def needed(self) -> bool:
        return any(self.name in run.asked for run in self.batch)


async def drive_async(runs: Sequence[Run], detectors: Mapping[str, Askable]) -> None:
    """The same with remote detectors: all that are asked work at the same time, and one whose answer is no longer
    needed is cancelled.
    """
    inquiries: dict[asyncio.Task[list[Outcome]], _Inquiry] = {}
    under_way: set[tuple[Run, str]] = set()
    try:
        while waiting := [run for run in runs if run.asked]:
            for name, asking in _batches(waiting).items():
                batch = [run for run in asking if (run, name) not in under_way]
                if batch:
                    inquiries[asyncio.create_task(_ask(detectors[name], batch))] = _Inquiry(name, batch)
                    under_way.update((run, name) for run in batch)
            done, _ = await asyncio.wait(inquiries, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                _deliver(inquiries.pop(task), task.result())
            for task in [task for task, inquiry in inquiries.items() if not inquiry.needed()]:
                task.cancel()
                del inquiries[task]
    finally:
        for task in inquiries:
            task.cancel()


def _batches(waiting: Sequence[Run]) -> dict[str, list[Run]]:
    batches: dict[str, list[Run]] = defaultdict(list)
    for run in waiting:
        for name in run.asked:
            batches[name].append(run)
    return batches


async def _ask(detector: Askable, batch: Sequence[Run]) -> list[Outcome]:
    items = [run.item for run in batch]
    if isinstance(detector, AsyncDetector):
        return await ask_remote(detector, items)
    return await asyncio.to_thread(ask, detector, items)


def _deliver(inquiry: _Inquiry, outcomes: list[Outcome]) -> None:
    each_ms = (perf_counter() - inquiry.started) * 1000 / len(inquiry.batch)
    for run, outcome in zip(inquiry.batch, outcomes, strict=True):
        if run.asked:
            run.send({inquiry.name: outcome}, {inquiry.name: each_ms})
