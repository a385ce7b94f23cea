"""Between the wire and the core: an item out of `ItemIn`, a `DecisionOut` out of a decision."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from comity.content import Evidence, Item
from comity.decide import Decision, Facts
from comity.detect import Signals
from comity.wire.native import AuthorIn, DecisionOut, ItemIn, NotJudgedOut, ViolationOut, language_of


def item_of(record: ItemIn) -> Item:
    """The item that `record` describes. Raises InputError past a limit."""
    author = record.author.id if isinstance(record.author, AuthorIn) else record.author
    thread = tuple(Item.text(before.text, author=before.author) for before in record.thread)
    return Item.text(
        record.text,
        id=record.id,
        role=record.role,
        author=author,
        community=record.community,
        lang=language_of(record.lang),
        thread=thread,
    )


def facts_of(record: ItemIn) -> Facts:
    """What `record` tells of its author and counters."""
    author = (record.author.model_extra or {}) if isinstance(record.author, AuthorIn) else {}
    return Facts(author=author, counters=record.counters)


def measured_quality(decision: Decision) -> dict[str, float]:
    """By criterion the quality of the model that scored it, the lowest if several did; word lists have none."""
    found: dict[str, float] = {}
    for outcome in decision.outcomes.values():
        for signal in outcome.signals if isinstance(outcome, Signals) else ():
            if signal.quality is not None:
                found[signal.criterion] = min(signal.quality, found.get(signal.criterion, 1.0))
    return found


def decision_out(decision: Decision) -> DecisionOut:
    """`decision` as it goes over the wire; probabilities to four digits. It quotes no text."""
    return DecisionOut(
        id=decision.item_id,
        decision=decision.id,
        action=decision.action,
        actions=list(decision.actions),
        confidence=None if decision.confidence is None else round(decision.confidence, 4),
        violations=[
            ViolationOut(
                rule=violation.rule,
                criterion=violation.criterion,
                action=violation.action,
                reason=violation.reason,
                score=None if violation.score is None else round(violation.score, 4),
                severity=violation.severity.label,
                evidence=[_evidence(place) for place in violation.evidence],
            )
            for violation in decision.violations
        ],
        scores={criterion: round(score, 4) for criterion, score in decision.scores.items()},
        severity={criterion: severity.label for criterion, severity in decision.severities.items()},
        quality=measured_quality(decision),
        not_judged=[
            NotJudgedOut(what=missing.what, reason=missing.reason) for missing in decision.not_judged
        ],
        settled_by=decision.settled_by,
        timings={name: round(ms, 3) for name, ms in decision.timings.items()},
        ms=round(decision.ms, 3),
        policy=decision.policy,
        plan=decision.plan,
    )


def _evidence(place: Evidence) -> dict[str, Any]:
    return {"type": type(place).__name__.removesuffix("Evidence").lower(), **asdict(place)}
