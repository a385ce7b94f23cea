"""Asking a detector or an extractor, so that whatever it does becomes an answer for each item."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from comity.content import Item, Part
from comity.detect import (
    Abstained,
    AsyncDetector,
    Detector,
    Extractor,
    Failed,
    Outcome,
    Signals,
    StreamingDetector,
)

logger = logging.getLogger(__name__)

Local = Detector | StreamingDetector
Askable = Local | AsyncDetector


def ask(detector: Local, items: Sequence[Item]) -> list[Outcome]:
    """One outcome an item, in order. It is asked only of items with a part that it reads, and abstains from the others.
    An exception of the detector becomes Failed for all of them.
    """
    readable = [item for item in items if _reads(detector, item)]
    try:
        if isinstance(detector, StreamingDetector):
            outcomes = [_whole_text(detector, item) for item in readable]
        else:
            outcomes = detector.detect(readable) if readable else []
    except Exception as error:  # noqa: BLE001 - a detector of any origin must not take the decision down
        outcomes = [_failure(detector.name, error)] * len(readable)
    return _in_order(detector, items, _checked(detector.name, outcomes, readable))


async def ask_remote(detector: AsyncDetector, items: Sequence[Item]) -> list[Outcome]:
    """The same for a remote detector; no answer within its `deadline_ms` for each item is Failed too."""
    readable = [item for item in items if _reads(detector, item)]
    try:
        async with asyncio.timeout(detector.deadline_ms * max(1, len(readable)) / 1000):
            outcomes = await detector.detect(readable) if readable else []
    except TimeoutError:
        outcomes = [Failed(f"no answer within {detector.deadline_ms} ms")] * len(readable)
    except Exception as error:  # noqa: BLE001 - as above
        outcomes = [_failure(detector.name, error)] * len(readable)
    return _in_order(detector, items, _checked(detector.name, outcomes, readable))


def extract(extractor: Extractor, items: Sequence[Item]) -> list[tuple[Part, ...] | Failed]:
    """The parts that `extractor` reads out of each item, in order; Failed where it could not."""
    try:
        extracted = extractor.extract(items)
    except Exception as error:  # noqa: BLE001 - as above
        return [_failure(extractor.name, error)] * len(items)
    return (
        extracted
        if len(extracted) == len(items)
        else [_miscounted(extractor.name, extracted, items)] * len(items)
    )


def _reads(detector: Askable, item: Item) -> bool:
    return any(part.kind in detector.modalities for part in item.parts)


def _in_order(detector: Askable, items: Sequence[Item], readable: list[Outcome]) -> list[Outcome]:
    """`readable` holds the outcomes of the items that the detector reads; the others get an abstention."""
    if len(readable) == len(items):
        return readable
    kinds = " or ".join(sorted(detector.modalities))
    told = iter(readable)
    return [next(told) if _reads(detector, item) else Abstained(f"the item has no {kinds}") for item in items]


def _whole_text(detector: StreamingDetector, item: Item) -> Outcome:
    session = detector.open(item)
    return session.feed("\n".join(part.text for part in item.text_parts))


def _failure(name: str, error: Exception) -> Failed:
    # The message may quote content, so only the kind of error is told above DEBUG.
    logger.error("%s failed with %s", name, type(error).__name__)
    logger.debug("%s failed", name, exc_info=error)
    return Failed(f"{type(error).__name__} in {name}")


def _miscounted(name: str, answers: Sequence[object], items: Sequence[Item]) -> Failed:
    logger.error("%s gave %d answers for %d items", name, len(answers), len(items))
    return Failed(f"{name} gave {len(answers)} answers for {len(items)} items")


def _checked(name: str, outcomes: list[Outcome], items: Sequence[Item]) -> list[Outcome]:
    if len(outcomes) != len(items):
        return [_miscounted(name, outcomes, items)] * len(items)
    return [_traced(outcome, item) for outcome, item in zip(outcomes, items, strict=True)]


def _traced(outcome: Outcome, item: Item) -> Outcome:
    """Evidence in a derived text also points to where that text was read."""
    if not isinstance(outcome, Signals) or not any(part.regions for part in item.parts):
        return outcome
    signals = tuple(
        replace(signal, evidence=tuple(place for found in signal.evidence for place in item.trace(found)))
        for signal in outcome.signals
    )
    return replace(outcome, signals=signals)
