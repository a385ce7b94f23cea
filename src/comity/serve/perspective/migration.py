"""From a site's old Perspective scores to its own score maps and thresholds, measured on rows held back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from comity.content import Item
from comity.errors import CalibrationError
from comity.evaluate.metrics import Floats
from comity.evaluate.score_map import (
    FEWEST_ROWS,
    Agreement,
    Figures,
    ScoreMap,
    agreement,
    cut_for_agreement,
    cut_for_count,
    measure,
)
from comity.moderator import Moderator
from comity.serve.perspective.attributes import CRITERIA, canonical
from comity.serve.perspective.judge import judgements, wanted
from comity.serve.perspective.log import LoggedScore

Bools = NDArray[np.bool_]
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Proposal:
    """Cuts of our own score, as a policy's thresholds, in place of the `threshold` of Perspective's.

    `same_rate` flags as many comments as before, `closest` agrees with the old flags most often; both were chosen on
    one half of the log and are measured on the other.
    """

    threshold: float
    same_rate: float
    at_same_rate: Agreement
    closest: float
    at_closest: Agreement


@dataclass(frozen=True, slots=True)
class Migrated:
    """One attribute. `ours` and `theirs`, float (n,), are the held-back rows; `figures` are of them."""

    attribute: str
    score_map: ScoreMap
    fitted_rows: int
    figures: Figures
    proposals: tuple[Proposal, ...]
    ours: Floats
    theirs: Floats


@dataclass(frozen=True, slots=True)
class Migration:
    """`left_out`: attribute → why it has no map."""

    attributes: tuple[Migrated, ...]
    left_out: dict[str, str]

    @property
    def maps(self) -> dict[str, ScoreMap]:
        return {found.attribute: found.score_map for found in self.attributes}


def migrate(
    log: Sequence[LoggedScore],
    moderator: Moderator,
    thresholds: Sequence[float],
    *,
    watch: Callable[[Sequence[range]], Iterable[range]] = lambda batches: batches,
) -> Migration:
    """Fits a map for each attribute of `log` that has rows enough. Each text is judged once, in its own language.

    Texts are halved by a hash, so that one text never stands in both halves. `watch` shows progress.
    """
    unmapped = _judged(log, moderator, watch)
    attributes: list[Migrated] = []
    left_out: dict[str, str] = {}
    for name in sorted({canonical(row.attribute) for row in log}):
        rows = [
            (score, row.score, _held_back(row.text))
            for row, score in zip(log, unmapped, strict=True)
            if canonical(row.attribute) == name and score is not None
        ]
        ours, theirs, held = np.array(rows, float).reshape(-1, 3).T
        if not CRITERIA[name]:
            left_out[name] = "Comity has no category for it"
        elif not ours.size:
            left_out[name] = "no detector judges it in the language of these texts"
        elif min(held.sum(), (1 - held).sum()) < FEWEST_ROWS:
            left_out[name] = f"{ours.size} rows could be judged; {2 * FEWEST_ROWS} or more are needed"
        else:
            attributes.append(_migrated(name, ours, theirs, held.astype(bool), thresholds))
    return Migration(tuple(attributes), left_out)


def _judged(
    log: Sequence[LoggedScore],
    moderator: Moderator,
    watch: Callable[[Sequence[range]], Iterable[range]],
) -> list[float | None]:
    """Our score of each row, None where nobody judged it. Raises CalibrationError if a detector failed."""
    texts = list(dict.fromkeys(row.text for row in log))
    names = sorted({row.attribute for row in log})
    found: dict[str, dict[str, float | None]] = {}
    for batch in watch([range(at, min(at + _BATCH, len(texts))) for at in range(0, len(texts), _BATCH)]):
        items = [Item.text(texts[place], role="comment") for place in batch]
        decisions = moderator.moderate_many(items, want=wanted(names))
        for place, judged in zip(batch, judgements(moderator.plan, decisions, names), strict=True):
            if failed := [name for name, one in judged.items() if one.failed]:
                raise CalibrationError(f"a detector for {failed[0]} failed", next_step="See the log above.")
            found[texts[place]] = {name: one.score if one.complete else None for name, one in judged.items()}
    return [found[row.text][row.attribute] for row in log]


def _held_back(text: str) -> bool:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=1).digest()[0] % 2 == 1


def _migrated(
    name: str,
    ours: Floats,
    theirs: Floats,
    held: Bools,
    thresholds: Sequence[float],
) -> Migrated:
    score_map = ScoreMap.fit(ours[~held], theirs[~held])
    return Migrated(
        name,
        score_map,
        int((~held).sum()),
        measure(score_map, ours[held], theirs[held], thresholds),
        tuple(_proposal(ours, theirs >= at, held, at) for at in thresholds),
        ours[held],
        theirs[held],
    )


def _proposal(ours: Floats, flagged: Bools, held: Bools, threshold: float) -> Proposal:
    same_rate = cut_for_count(ours[~held], int(flagged[~held].sum()))
    closest = cut_for_agreement(ours[~held], flagged[~held])
    return Proposal(
        threshold,
        same_rate,
        agreement(ours[held] >= same_rate, flagged[held], threshold),
        closest,
        agreement(ours[held] >= closest, flagged[held], threshold),
    )
