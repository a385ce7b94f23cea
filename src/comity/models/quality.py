"""How well a model tells violations apart, by criterion and language, out of what its card holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from comity.models.card import Card, Measured, Result


@dataclass(frozen=True, slots=True)
class Quality:
    """`roc_auc`, in [0, 1] and 0.5 by chance, is the median over the test sets `sources`.

    Its interval runs from the median of their lower bounds to that of their upper ones, and holds where theirs do.
    `seen`: other rows of these sources were trained on.
    """

    language: str
    criterion: str
    roc_auc: Measured
    sources: tuple[str, ...]
    seen: bool


def qualities(card: Card) -> tuple[Quality, ...]:
    """In the order of the card's labels; a criterion without results is left out.

    Sources that taught the model nothing (out of domain) come first: where there are any for a criterion only these
    count, else those it learned from. Calibrating scores anew, also for a site, leaves ROC-AUC as it is. A card of
    several languages has none: its results don't say in which of them they were measured.
    """
    if len(card.languages) != 1:
        return ()
    found = []
    for criterion in card.labels:
        results = [result for result in card.results if result.label == criterion]
        results = [result for result in results if not result.seen] or results
        if results:
            found.append(_quality(card.languages[0], criterion, results))
    return tuple(found)


def _quality(language: str, criterion: str, results: Sequence[Result]) -> Quality:
    measured = [result.roc_auc for result in results]
    return Quality(
        language=language,
        criterion=criterion,
        roc_auc=Measured(
            value=round(median(one.value for one in measured), 4),
            low=round(median(one.low for one in measured), 4),
            high=round(median(one.high for one in measured), 4),
        ),
        sources=tuple(result.source for result in results),
        seen=results[0].seen,
    )
