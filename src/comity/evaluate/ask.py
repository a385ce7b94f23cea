"""Asking a subject about many items, in portions, so that progress shows and an interruption costs little."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from comity.content import Item
from comity.evaluate.subject import Answers, Subject

PORTION = 256


def ask(subject: Subject, items: Sequence[Item], tick: Callable[[int], None] = lambda _: None) -> Answers:
    """The subject's answers about all `items`, in order; `tick` is told how many more are done."""
    portions = []
    for start in range(0, len(items), PORTION):
        portion = items[start : start + PORTION]
        portions.append(subject.answer(portion))
        tick(len(portion))
    return joined(portions)


def joined(portions: Sequence[Answers]) -> Answers:
    """One answer after another. A criterion that a portion does not know is NaN there."""
    sizes = [len(portion.unjudged) for portion in portions]
    criteria = sorted({criterion for portion in portions for criterion in portion.scores})
    flagged = [portion.flagged for portion in portions if portion.flagged is not None]
    rules = [portion.rules for portion in portions if portion.rules is not None]
    kinds = sorted({kind for portion in portions for kind in portion.spans})
    return Answers(
        scores={
            criterion: np.concatenate(
                [
                    portion.scores.get(criterion, np.full(size, np.nan))
                    for portion, size in zip(portions, sizes, strict=True)
                ]
            )
            for criterion in criteria
        },
        unjudged=tuple(reason for portion in portions for reason in portion.unjudged),
        flagged=np.concatenate(flagged) if portions and len(flagged) == len(portions) else None,
        rules=tuple(found for part in rules for found in part) if len(rules) == len(portions) else None,
        spans={
            kind: tuple(
                found
                for portion, size in zip(portions, sizes, strict=True)
                for found in portion.spans.get(kind, ((),) * size)
            )
            for kind in kinds
        },
    )
