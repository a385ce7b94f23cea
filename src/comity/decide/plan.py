"""A policy compiled with detectors and thresholds: everything that `settle` needs, and nothing that runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256
from json import dumps
from typing import Any, Literal

from comity.decide.actions import rank, strongest
from comity.decide.calibration import NO_CALIBRATION, Calibration
from comity.decide.combiner import Combiner
from comity.detect import AnyDetector, Extractor, StreamingDetector, Tier
from comity.errors import InputError
from comity.policy import Condition, Fallback, Policy, Risk, Rule
from comity.taxonomy import Severity

Enforcer = Literal["detector", "judge", "facts", "people"]
_JUDGE_ACT, _JUDGE_REVIEW = 0.5, 0.35
_EXAMPLES_ACT, _EXAMPLES_REVIEW = 0.95, 0.35


@dataclass(frozen=True, slots=True)
class Screen:
    """A criterion that a rule watches: at or over `act` it hits, from `review` up to that a person looks.

    `corrected_by` is the criterion that moves its score for this rule, if one does.
    """

    criterion: str
    act: float
    review: float | None
    corrected_by: str | None = None

    @property
    def only_raises(self) -> bool:
        """It can say that the rule is broken, never that it is kept: no text is fine for being unlike all examples."""
        return self.criterion.startswith("examples:")


@dataclass(frozen=True, slots=True)
class PlanRule:
    """A rule, ready to be settled. `watchers` are the detectors of its screens.

    `on_hit` are the actions that really follow: a rule whose exceptions nobody can check is `deferred` to a person and
    has `review` here where the policy says something stronger. `judge` is None where no judge reads the rule.
    """

    id: str
    text: str
    screens: tuple[Screen, ...]
    judge: Screen | None
    when: Condition | None
    exceptions: bool
    severity: Severity
    on_hit: tuple[str, ...]
    deferred: bool
    watchers: frozenset[str]

    @property
    def enforcers(self) -> tuple[Enforcer, ...]:
        """Who can enforce it, cheapest first."""
        found: list[Enforcer] = []
        if any(not screen.only_raises for screen in self.screens):
            found.append("detector")
        if self.judge:
            found.append("judge")
        if self.when and not found:
            found.append("facts")
        return tuple(found) or ("people",)


@dataclass(frozen=True, slots=True)
class Plan:
    """`providers` maps a criterion to the detectors that may signal it, `tiers` orders all detectors, cheap ones first.

    `artefacts` maps a detector to the digest of its weights or data. `reads` are the kinds of part that a detector or
    extractor reads. `digest` identifies all that decides. `shadow` is the plan of the rules in state shadow: settled on
    its own, after the live decision, without effect.
    """

    policy: str
    rules: tuple[PlanRule, ...]
    providers: Mapping[str, tuple[str, ...]]
    tiers: tuple[tuple[Tier, tuple[str, ...]], ...]
    combiners: Mapping[str, Combiner]
    on_failure: Fallback
    on_unjudged: Fallback
    artefacts: Mapping[str, str]
    digest: str
    extractors: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    shadow: Plan | None = field(default=None)
    is_shadow: bool = False


def compile(
    policy: Policy,
    detectors: Sequence[AnyDetector | StreamingDetector],
    calibration: Calibration = NO_CALIBRATION,
    extractors: Sequence[Extractor] = (),
) -> Plan:
    """The plan of `policy` with `detectors` and `extractors`.

    Draft and retired rules are left out; shadow rules get a plan of their own.

    Raises CalibrationError for a stated risk that cannot be met, InputError if two detectors have the same name.
    """
    if len({detector.name for detector in detectors}) != len(detectors):
        raise InputError("two detectors have the same name", where=", ".join(d.name for d in detectors))
    shadow_rules = tuple(rule for rule in policy.rules if rule.state == "shadow")
    build = partial(_compile, policy, detectors, calibration, extractors)
    shadow = build(shadow_rules, is_shadow=True) if shadow_rules else None
    return build(tuple(rule for rule in policy.rules if rule.state == "live"), shadow=shadow)


def _compile(
    policy: Policy,
    detectors: Sequence[AnyDetector | StreamingDetector],
    calibration: Calibration,
    extractors: Sequence[Extractor],
    rules: Sequence[Rule],
    *,
    shadow: Plan | None = None,
    is_shadow: bool = False,
) -> Plan:
    providers: dict[str, tuple[str, ...]] = {}
    for detector in sorted(detectors, key=lambda detector: (detector.tier, detector.name)):
        for criterion in detector.criteria:
            providers[criterion] = (*providers.get(criterion, ()), detector.name)
    plan_rules = tuple(_rule(rule, providers, calibration) for rule in rules)
    tiers = tuple(
        (tier, names)
        for tier in Tier
        if (names := tuple(sorted(detector.name for detector in detectors if detector.tier == tier)))
    )
    combiners = {
        criterion: combiner
        for criterion, combiner in calibration.combiners.items()
        if combiner.base in providers.get(criterion, ())
    }
    artefacts = {d.name: str(d.artefact_digest) for d in detectors if hasattr(d, "artefact_digest")}
    name = policy.reference
    extractor_names = tuple(extractor.name for extractor in extractors)
    content = [
        name,
        [_plain(rule) for rule in plan_rules],
        {criterion: list(names) for criterion, names in sorted(providers.items())},
        tiers,
        {criterion: asdict(combiner) for criterion, combiner in sorted(combiners.items())},
        policy.on_failure,
        policy.on_unjudged,
        artefacts,
        extractor_names,
        is_shadow,
        shadow.digest if shadow else None,
    ]
    digest = sha256(dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]
    return Plan(
        policy=name,
        rules=plan_rules,
        providers=providers,
        tiers=tiers,
        combiners=combiners,
        on_failure=policy.on_failure,
        on_unjudged=policy.on_unjudged,
        artefacts=artefacts,
        digest=digest,
        extractors=extractor_names,
        reads=frozenset(kind for reader in (*detectors, *extractors) for kind in reader.modalities),
        shadow=shadow,
        is_shadow=is_shadow,
    )


def _rule(rule: Rule, providers: Mapping[str, tuple[str, ...]], calibration: Calibration) -> PlanRule:
    correction = f"correction:{rule.id}" if f"correction:{rule.id}" in providers else None
    screens = [
        Screen(criterion, _number(criterion, threshold, calibration), rule.review, correction)
        for criterion, threshold in rule.categories.items()
        if criterion in providers
    ]
    own = (f"{kind}:{rule.id}" for kind in ("terms", "patterns", "domains"))
    screens += [Screen(criterion, 1.0, None) for criterion in own if criterion in providers]
    if f"examples:{rule.id}" in providers:
        screens.append(Screen(f"examples:{rule.id}", _EXAMPLES_ACT, _EXAMPLES_REVIEW))
    judge = None
    if rule.criterion.id in providers:
        judge = Screen(rule.criterion.id, _JUDGE_ACT, _JUDGE_REVIEW)
    deferred = _defers(rule, judge)
    return PlanRule(
        id=rule.id,
        text=rule.text,
        screens=tuple(screens),
        judge=judge,
        when=rule.when,
        exceptions=bool(rule.exceptions),
        severity=rule.severity or Severity.MINOR,
        on_hit=("review",) if deferred else strongest(rule.actions),
        deferred=deferred,
        watchers=frozenset(
            name
            for screen in screens
            for criterion in (screen.criterion, screen.corrected_by)
            if criterion
            for name in providers[criterion]
        ),
    )


def _defers(rule: Rule, judge: Screen | None) -> bool:
    unchecked = rule.exceptions and judge is None and rule.without_judge == "review"
    return bool(unchecked) and rank(rule.item_action) > rank("review")


def _number(criterion: str, threshold: float | Risk, calibration: Calibration) -> float:
    if isinstance(threshold, Risk):
        return calibration.threshold(criterion, threshold.measure, threshold.value)
    return threshold


def _plain(rule: PlanRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "text": rule.text,
        "screens": [asdict(screen) for screen in rule.screens],
        "judge": asdict(rule.judge) if rule.judge else None,
        "when": rule.when.expression if rule.when else None,
        "exceptions": rule.exceptions,
        "severity": int(rule.severity),
        "on_hit": rule.on_hit,
    }
