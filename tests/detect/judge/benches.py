"""A judge of one rule or two, in front of a scripted server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from comity.content import Item
from comity.detect.judge import JudgeOptions, LanguageModelJudge, judges_at
from comity.detect.signal import Outcome
from comity.taxonomy import Criterion, Example

INSULTS = Criterion(
    "rule:no-insults",
    "Criticise the idea, not the person.",
    ("Friendly banter between people who plainly know each other",),
    (Example("You walnut, learn to prune.", True), Example("That is a rubbish idea.", False)),
)
ADVERTS = Criterion("rule:no-adverts", "Nobody sells anything here.")
WALNUT = Item.text("You absolute walnut.", id="walnut")


def options(url: str, **fields: Any) -> JudgeOptions:
    return JudgeOptions(**{"url": url, "model": "tiny", "deadline_ms": 2_000, **fields})


def judge(url: str, rules: Sequence[Criterion] = (INSULTS,), **fields: Any) -> LanguageModelJudge:
    [one] = judges_at(options(url, together=True, **fields))(rules)
    return one


def asked(one: LanguageModelJudge, *items: Item | str) -> list[Outcome]:
    """The outcomes of one batch."""

    async def run() -> list[Outcome]:
        try:
            return await one.detect([Item.text(item) if isinstance(item, str) else item for item in items])
        finally:
            await one.aclose()

    return asyncio.run(run())
