"""Asking a detector or an extractor, so that whatever it does becomes an answer for each item."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from comity.content import Item, Part
from comity.detect import (
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
    """One outcome an item, in order. An exception of the detector becomes Failed for all of them."""
    try:
        if isinstance(detector, StreamingDetector):
            outcomes = [_whole_text(detector, item) for item in items]
        else:
            outcomes = detector.detect(items)
    except Exception as error:  # noqa: BLE001 - a detector of any origin must not take the decision down
        return [_failure(detector.name, error)] * len(items)
    return _checked(detector.name, outcomes, items)


async def ask_remote(detector: AsyncDetector, items: Sequence[Item]) -> list[Outcome]:
    """The same for a remote detector; no answer within its `deadline_ms` is Failed too."""
    try:
        async with asyncio.timeout(detector.deadline_ms / 1000):
            outcomes = await detector.detect(items)
    except TimeoutError:
        return [Failed(f"no answer within {detector.deadline_ms} ms")] * len(items)
    except Exception as error:  # noqa: BLE001 - as above
        return [_failure(detector.name, error)] * len(items)
    return _checked(detector.name, outcomes, items)


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
