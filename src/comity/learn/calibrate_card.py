"""What validation rows add to the card of a network: calibrations, steps of severity, and the threshold of marks."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from comity.evaluate.spans import Spans, span_f1
from comity.learn.calibrate import calibrate
from comity.learn.recipe import Recipe
from comity.learn.rows import Rows
from comity.models import TextModel
from comity.models.card import Card, Context, Label, Marking
from comity.models.text_model import Read, Tokens, runs

log = logging.getLogger(__name__)
_THRESHOLDS = np.arange(0.1, 0.91, 0.05)
_FEWEST_MARKED = 30


def calibrate_card(plan: Recipe, model: TextModel, read: Read, validation: Rows) -> Card:
    """The model's card with one calibration an output, from what it `read` of the validation rows.

    Raises CalibrationError for an output with too few of them.
    """
    fitted = {
        output: calibrate(output, read.outputs[:, column], validation.annotations[:, column])
        for column, output in enumerate(plan.outputs)
    }
    labels: dict[str, Label] = {}
    for criterion in plan.criteria:
        steps = {
            int(step.partition(">=")[2]): fitted[step].calibration
            for step in plan.steps
            if step.partition(">=")[0] == criterion
        }
        roles = plan.roles.get(criterion, ())
        labels[criterion] = fitted[criterion].model_copy(update={"steps": steps, "roles": roles})
    return model.artefact.card.model_copy(
        update={"labels": labels, "marking": _marking(plan, read, validation)}
    )


def draft_marking(plan: Recipe) -> Marking | None:
    """What stands in a card until the threshold is known."""
    return Marking(threshold=0.5, criteria=plan.marked) if plan.marked else None


def context_of(plan: Recipe, tokens: int) -> Context | None:
    return Context(tokens=tokens, roles=plan.context_roles) if plan.context_roles else None


def _marking(plan: Recipe, read: Read, validation: Rows) -> Marking | None:
    """The threshold with the best mean character F1 over the rows whose spans somebody marked."""
    marked = [row for row, spans in enumerate(validation.spans) if spans is not None]
    if not plan.marked:
        return None
    if len(marked) < _FEWEST_MARKED:
        log.warning(
            "%d validation rows have spans, %d are needed: threshold 0.5", len(marked), _FEWEST_MARKED
        )
        return draft_marking(plan)
    f1 = [
        _mean_f1([(validation.spans[row] or (), read.tokens[row]) for row in marked], at)
        for at in _THRESHOLDS
    ]
    best = float(_THRESHOLDS[int(np.argmax(f1))])
    log.info(
        "marked words: character F1 %.3f from %.2f up, on %d validation rows", max(f1), best, len(marked)
    )
    return Marking(threshold=round(best, 2), criteria=plan.marked)


def _mean_f1(rows: Sequence[tuple[Spans, Tokens]], threshold: float) -> float:
    return float(np.mean([span_f1(spans, runs(tokens, threshold)) for spans, tokens in rows]))
