"""Azure's severity levels, 0 to 7, from a probability and how bad a violation would be."""

from __future__ import annotations

from comity.decide import Decision
from comity.taxonomy import Severity
from comity.taxonomy.crosswalk import categories
from comity.wire.azure import CATEGORIES, Category

OURS: dict[Category, tuple[str, ...]] = {code: categories(code, "azure") for code in CATEGORIES}
_USUAL: dict[str, Severity] = {
    "toxicity": Severity.MINOR,
    "harassment/threatening": Severity.SEVERE,
    "hate/threatening": Severity.SEVERE,
    "threat": Severity.SEVERE,
    "sexual/minors": Severity.SEVERE,
    "self-harm/intent": Severity.SEVERE,
    "self-harm/instructions": Severity.SEVERE,
    "violence/graphic": Severity.SEVERE,
}


def level(score: float, severity: Severity) -> int:
    """0 to 7; never falls when `score` (a probability) or `severity` rises.

    A certain violation gets the ceiling of its severity: minor 3, moderate 5, severe 7. Below that the levels up to
    the ceiling share the probabilities evenly: level n from n / (ceiling + 1) on.
    """
    ceiling = 2 * severity + 1
    return min(int(score * (ceiling + 1)), ceiling)


def level_of(decision: Decision, code: Category) -> int:
    """The highest level of our categories behind `code`. Where no detector graded, a category's usual severity counts:
    moderate, unless the table above says otherwise.
    """
    usual = Severity.MODERATE
    return max(
        (
            level(decision.scores[name], decision.severities.get(name, _USUAL.get(name, usual)))
            for name in OURS[code]
            if name in decision.scores
        ),
        default=0,
    )


def of_four(level: int) -> int:
    """The same on Azure's scale of four levels: 0, 2, 4 and 6."""
    return level - level % 2
