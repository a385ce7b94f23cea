"""What a detector says of an item: signals, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field

from comity.content import Evidence
from comity.taxonomy.severity import Severity


@dataclass(frozen=True, slots=True)
class Signal:
    """`score` is a calibrated probability in [0, 1] that a careful annotator would say that the criterion holds.

    `severity` is None where the detector does not grade. `detector` is its name and version, `@revision` added where
    it works on data that change (`banks.v1@17`). `quality` is what the card of the detector's model says of this
    criterion in the language judged: a ROC-AUC in [0, 1] on test rows, 0.5 by chance, from sources out of domain where
    there are any (`comity.models.quality`). It is that of the model alone, also where other scores are combined with
    it; None where nothing was measured, and for detectors without a card. `rationale` is why, in words, from a detector
    that gives reasons; it may quote the item.
    """

    criterion: str
    score: float
    detector: str
    severity: Severity | None = None
    evidence: tuple[Evidence, ...] = ()
    quality: float | None = None
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Signals:
    """The detector looked. `judged` are the criteria on which it can also say no.

    A criterion in `judged` without a signal was looked for and not found. A criterion that is neither in `judged` nor
    in a signal was NOT judged: a word list that finds nothing has not cleared a text.
    `propagated_from` is the id of the item that was really looked at, where this outcome was copied from a near
    duplicate. `cost` is what asking cost, in the currency of the price list.
    """

    signals: tuple[Signal, ...] = ()
    judged: frozenset[str] = field(default_factory=frozenset)
    propagated_from: str | None = None
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Abstained:
    """The detector cannot judge this item: `reason` says why (language, modality, length, no such model)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The detector should have judged this item and did not: timed out, crashed, answered nonsense. That may have had
    its `cost`, too.
    """

    reason: str
    cost: float = 0.0


Outcome = Signals | Abstained | Failed
