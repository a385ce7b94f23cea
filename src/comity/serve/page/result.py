"""A decision as the template shows it."""

from __future__ import annotations

from dataclasses import dataclass

from comity.content import Evidence, Item, Span
from comity.content.evidence import FactEvidence
from comity.decide import Decision, Plan, Violation
from comity.moderator import Moderator
from comity.moderator.record import decision_out, measured_quality
from comity.serve.page.marks import Segment, segments
from comity.serve.page.words import SETTLED_BY, Verdict, account_note, is_adverse, percent, verdict

QUOTE_CHARS = 200
LOW = 0.01
"""Scores below it are folded away."""


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` out of the item, or, where `is_content` is false, a fact about it."""

    text: str
    is_content: bool


@dataclass(frozen=True, slots=True)
class ViolationView:
    number: int
    rule: str
    rule_text: str
    reason: str
    criterion: str
    action: str
    severity: str
    score: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class ScoreView:
    """`share` and `threshold` are in [0, 1]; `threshold` is where the policy acts, None if it does not watch this.
    `quality` is the ROC-AUC of the model, empty if none was measured.
    """

    criterion: str
    share: float
    percent: str
    severity: str
    threshold: float | None
    threshold_percent: str
    quality: str
    hits: bool


@dataclass(frozen=True, slots=True)
class Result:
    verdict: Verdict
    account_note: str
    adverse: bool
    confidence: str
    violations: tuple[ViolationView, ...]
    segments: tuple[Segment, ...]
    scores: tuple[ScoreView, ...]
    low_scores: tuple[ScoreView, ...]
    not_judged: tuple[tuple[str, str], ...]
    """Names that have a reason in common, and the reason."""
    settled_by: str
    timings: tuple[tuple[str, str], ...]
    ms: str
    policy: str
    plan: str
    json: str


def result(decision: Decision, item: Item, moderator: Moderator) -> Result:
    """`decision` on `item`, a single text, under the plan of `moderator`."""
    text = item.parts[0].text
    scores = _scores(decision, moderator.plan)
    spans = [
        (place.start, place.end, number)
        for number, violation in enumerate(decision.violations, 1)
        for place in violation.evidence
        if isinstance(place, Span) and not _is_whole(place, text)
    ]
    return Result(
        verdict=verdict(decision, moderator.plan),
        account_note=account_note(decision),
        adverse=is_adverse(decision),
        confidence="" if decision.confidence is None else percent(decision.confidence),
        violations=tuple(
            _violation(number, violation, text, moderator)
            for number, violation in enumerate(decision.violations, 1)
        ),
        segments=tuple(segments(text, spans)),
        scores=tuple(score for score in scores if score.share >= LOW),
        low_scores=tuple(score for score in scores if score.share < LOW),
        not_judged=_not_judged(decision),
        settled_by=SETTLED_BY[decision.settled_by],
        timings=tuple(
            (name, _ms(ms)) for name, ms in sorted(decision.timings.items(), key=lambda pair: -pair[1])
        ),
        ms=_ms(decision.ms),
        policy=decision.policy,
        plan=decision.plan,
        json=decision_out(decision).model_dump_json(indent=2),
    )


def _violation(number: int, violation: Violation, text: str, moderator: Moderator) -> ViolationView:
    rule = moderator.policy.rule(violation.rule)
    return ViolationView(
        number=number,
        rule=violation.rule,
        rule_text=rule.text if rule else "",
        reason=violation.reason,
        criterion=violation.criterion,
        action=violation.action,
        severity=violation.severity.label,
        score="" if violation.score is None else percent(violation.score),
        quotes=tuple(dict.fromkeys(_quote(place, text) for place in violation.evidence)),
    )


def _quote(place: Evidence, text: str) -> Quote:
    if isinstance(place, FactEvidence):
        return Quote(f"{place.fact}: {place.value}", is_content=False)
    if not isinstance(place, Span):
        return Quote(f"part {place.part}", is_content=False)
    quoted = text[place.start : place.end]
    if _is_whole(place, text):
        return Quote("the whole text", is_content=False)
    shown = quoted if len(quoted) <= QUOTE_CHARS else quoted[:QUOTE_CHARS] + " …"
    return Quote(shown, is_content=True)


def _is_whole(span: Span, text: str) -> bool:
    return text[span.start : span.end].strip() == text.strip()


def _not_judged(decision: Decision) -> tuple[tuple[str, str], ...]:
    by_reason: dict[str, list[str]] = {}
    for missing in decision.not_judged:
        by_reason.setdefault(missing.reason, []).append(missing.what)
    return tuple((", ".join(names), reason) for reason, names in by_reason.items())


def _scores(decision: Decision, plan: Plan) -> tuple[ScoreView, ...]:
    """All scores, the highest first."""
    acts: dict[str, float] = {}
    for rule in plan.rules:
        for screen in (*rule.screens, *((rule.judge,) if rule.judge else ())):
            acts[screen.criterion] = min(screen.act, acts.get(screen.criterion, 1.0))
    quality = measured_quality(decision)
    views = []
    for criterion, score in sorted(decision.scores.items(), key=lambda pair: (-pair[1], pair[0])):
        threshold = acts.get(criterion)
        severity = decision.severities.get(criterion)
        views.append(
            ScoreView(
                criterion=criterion,
                share=score,
                percent=percent(score),
                severity=severity.label if severity is not None else "",
                threshold=threshold,
                threshold_percent="" if threshold is None else percent(threshold),
                quality=f"{quality[criterion]:.2f}" if criterion in quality else "",
                hits=threshold is not None and score >= threshold,
            )
        )
    return tuple(views)


def _ms(ms: float) -> str:
    return f"{ms:.1f} ms" if ms >= 0.1 else "< 0.1 ms"
