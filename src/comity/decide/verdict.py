"""How one rule stands, given the outcomes so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from comity.content import Evidence, FactEvidence, Item, Span
from comity.decide.conditions import Answer
from comity.decide.decision import Violation
from comity.decide.judgement import Judgement, Judgements
from comity.decide.plan import PlanRule, Screen
from comity.policy import Condition, Unknown

_LISTS = {"terms": "Contains a term", "patterns": "Matches a pattern", "domains": "Links to a domain"}


@dataclass(frozen=True, slots=True)
class Clear:
    """The rule is kept. `risk` is the highest score of what it watches; None if it watches facts alone."""

    risk: float | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The rule is broken, or may be (then its action on the item is `review`)."""

    violation: Violation
    actions: tuple[str, ...]

    @property
    def probability(self) -> float | None:
        """Its score where that is a calibrated probability, and not the certainty of a list."""
        kind, _, _ = self.violation.criterion.partition(":")
        return None if kind in _LISTS else self.violation.score


@dataclass(frozen=True, slots=True)
class Open:
    """Not settled: these detectors may still settle it."""

    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Everyone was asked, and nobody could say. `failed`: because a detector failed, not because it abstained."""

    reason: str
    failed: bool = False


Verdict = Clear | Broken | Open | Unjudged


class _Screened(NamedTuple):
    """The screens of a rule together: which hit or came near, the highest score, and what is missing.

    `unjudged` are reasons, given only if no screen at all was judged.
    """

    hit: tuple[Screen, Judgement] | None
    near: tuple[Screen, Judgement] | None
    risk: float | None
    needs: frozenset[str]
    failed: tuple[str, ...]
    unjudged: tuple[str, ...]


def verdict(rule: PlanRule, item: Item, answer: Answer | None, judgements: Judgements) -> Verdict:
    """How `rule` stands. Asked in this order: its condition on facts (free), its screens, its judge.

    answer: to the rule's `when`; None if it has none.
    """
    watched = bool(rule.screens or rule.judge)
    if rule.when is None or answer is None:
        return _by_detectors(rule, item, judgements) if watched else Clear()
    if answer.holds is False:
        return Clear()
    unknown = answer.holds if isinstance(answer.holds, Unknown) else None
    if not watched:
        return Unjudged(unknown.reason) if unknown else _by_facts(rule, rule.when, item, answer.read)
    found = _by_detectors(rule, item, judgements)
    return Unjudged(unknown.reason) if unknown and isinstance(found, Broken) else found


def _by_facts(rule: PlanRule, when: Condition, item: Item, read: Mapping[str, object]) -> Broken:
    evidence = tuple(FactEvidence(fact, str(value)) for fact, value in read.items())
    violation = Violation(
        rule=rule.id,
        criterion=f"rule:{rule.id}",
        action=rule.on_hit[0],
        reason=f"The condition of this rule holds: {when.expression}",
        evidence=evidence or _whole(item),
        score=None,
        severity=rule.severity,
    )
    return Broken(violation, rule.on_hit)


def _by_detectors(rule: PlanRule, item: Item, judgements: Judgements) -> Verdict:
    if judgements.nobody_asked and rule.screens:
        return Open(rule.watchers)
    screened = _screen(rule, judgements)
    if screened.hit and not (rule.exceptions and rule.judge):
        return _broken(rule, item, *screened.hit, rule.on_hit)
    if screened.needs and not screened.hit:
        return Open(screened.needs)
    unscreened = all(screen.only_raises for screen in rule.screens)
    doubt = screened.hit or screened.near or screened.failed or screened.unjudged or unscreened
    if rule.judge and doubt:
        return _by_judge(rule, rule.judge, item, judgements)
    if screened.failed:
        return Unjudged("; ".join(screened.failed), failed=True)
    if screened.near:
        return _broken(rule, item, *screened.near, ("review",))
    if screened.unjudged:
        return Unjudged("; ".join(screened.unjudged))
    return Clear(screened.risk)


def _screen(rule: PlanRule, judgements: Judgements) -> _Screened:
    hit: tuple[Screen, Judgement] | None = None
    near: tuple[Screen, Judgement] | None = None
    risks: list[float] = []
    needs: set[str] = set()
    failed = list(judgements.unread)
    silent: list[str] = []
    for screen in rule.screens:
        judgement = judgements.on(screen)
        if judgement.reaches(screen.act):
            hit = hit or (screen, judgement)
            continue
        needs.update(judgement.pending)
        failed += judgement.failed
        if judgement.score is None:
            silent += () if screen.only_raises else judgement.abstained
            continue
        if not screen.only_raises:
            risks.append(judgement.score)
        if screen.review is not None and judgement.score >= screen.review:
            near = near or (screen, judgement)
    unjudged = () if risks or hit else tuple(silent)
    return _Screened(hit, near, max(risks, default=None), frozenset(needs), tuple(failed), unjudged)


def _by_judge(rule: PlanRule, screen: Screen, item: Item, judgements: Judgements) -> Verdict:
    judgement = judgements.of(screen.criterion)
    if judgement.reaches(screen.act):
        return _broken(rule, item, screen, judgement, rule.on_hit)
    if judgement.pending:
        return Open(frozenset(judgement.pending))
    if judgement.failed:
        return Unjudged("; ".join(judgement.failed), failed=True)
    if judgement.score is None:
        return Unjudged("; ".join(judgement.abstained))
    if screen.review is not None and judgement.score >= screen.review:
        return _broken(rule, item, screen, judgement, ("review",))
    return Clear(judgement.score)


def _broken(
    rule: PlanRule, item: Item, screen: Screen, judgement: Judgement, actions: tuple[str, ...]
) -> Broken:
    evidence = tuple(dict.fromkeys(place for signal in judgement.signals for place in signal.evidence))
    # A rule may act below the score at which a detector grades: what breaks it is never of no severity.
    graded = [signal.severity for signal in judgement.signals if signal.severity]
    violation = Violation(
        rule=rule.id,
        criterion=screen.criterion,
        action=actions[0],
        reason=_reason(rule, screen, judgement),
        evidence=evidence or _whole(item),
        score=judgement.score,
        severity=max(graded, default=rule.severity),
    )
    return Broken(violation, actions)


def _reason(rule: PlanRule, screen: Screen, judgement: Judgement) -> str:
    person = " Nothing here can check its exceptions, so a person decides." if rule.deferred else ""
    kind, _, _ = screen.criterion.partition(":")
    if kind in _LISTS:
        return f"{_LISTS[kind]} that this rule lists.{person}"
    score = judgement.score or 0.0
    sources = ", ".join(dict.fromkeys(signal.detector for signal in judgement.signals))
    found = f"{_what(kind, screen, judgement)} with probability {score:.2f} ({sources})"
    if score < screen.act and screen.review is not None:
        return f"{found}; a person decides from {screen.review:.2f}, this rule acts from {screen.act:.2f}."
    return f"{found}; this rule acts from {screen.act:.2f}.{person}"


def _what(kind: str, screen: Screen, judgement: Judgement) -> str:
    if kind == "rule":
        return "The judge says that this rule is broken"
    if kind == "examples":
        places = (place for signal in judgement.signals for place in signal.evidence)
        examples = [place.value for place in places if isinstance(place, FactEvidence)]
        return f"Like example {', '.join(examples)} that breaks this rule,"
    return f"Judged `{screen.criterion}`"


def _whole(item: Item) -> tuple[Evidence, ...]:
    """Evidence for want of a narrower one: the texts of the item as wholes, or the ids of its other parts."""
    spans = tuple(Span(part.id, 0, len(part.text)) for part in item.text_parts)
    return spans or tuple(FactEvidence("item.part", part.id) for part in item.parts)
