"""The detectors that a policy needs: those registered, those that its own rules define, and a judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from comity.decide import Calibration, Combiner
from comity.detect import AnyDetector
from comity.detect.examples import Examples
from comity.detect.registry import build, names
from comity.moderator.asking import Askable
from comity.policy import Policy
from comity.settings import Settings
from comity.taxonomy import Criterion

if TYPE_CHECKING:
    from comity.models.card import Card, Label

_ENCODER = "english-v2"
Judge = Callable[[Sequence[Criterion]], Sequence[AnyDetector]]
"""Builds the judges, one or several, of rules: their text, exceptions and examples."""


def judge_at(settings: Settings) -> Judge | None:
    """The language model that `settings` name; None if they name none. Raises InputError, NotFound."""
    if settings.judge_url is None and settings.judge_model is None:
        return None
    from comity.detect.judge import JudgeOptions, judges_at

    options = JudgeOptions.of(settings)
    return judges_at(options) if options else None


def registered() -> tuple[AnyDetector, ...]:
    """Every registered detector, built anew; under the site's calibration, if COMITY_CALIBRATION names one, and with
    a community's own heads behind them, if COMITY_HEADS does.

    Raises ArtefactError if that file or folder has mistakes or is for another model.
    """
    detectors = tuple(build(name) for name in names())
    settings = Settings.from_environment()
    if settings.calibration is not None:
        from comity.detect.site_calibrated import at_site

        detectors = at_site(detectors, settings.calibration)
    if settings.heads is not None:
        from comity.detect.heads import heads_at

        detectors = (*detectors, heads_at(settings.heads))
    return detectors


def assemble(
    policy: Policy, shared: Sequence[Askable], judge: Judge | None, examples: Examples | None = None
) -> tuple[Askable, ...]:
    """`shared` detectors, those of the rules' own terms, patterns and domains, that of their `examples`, and the judge
    of its rules.
    """
    detectors: list[Askable] = list(shared)
    rules = [rule for rule in policy.rules if rule.state in ("live", "shadow")]
    for rule in rules:
        if rule.terms:
            from comity.detect.lexicon import Lexicon

            detectors.append(Lexicon.for_rule(rule.id, rule.terms))
        if rule.patterns:
            from comity.detect.pattern import Patterns

            detectors.append(Patterns(rule.id, rule.patterns))
        if rule.domains:
            from comity.detect.url import Domains

            detectors.append(Domains(rule.id, rule.domains))
    readable = [rule for rule in rules if rule.has_screens or rule.when is None]
    if examples is not None and readable:
        from comity.detect.neighbours import Neighbours

        detectors.append(Neighbours(policy.name, [rule.id for rule in readable], examples))
        if _has_packaged_encoder(shared):
            from comity.detect.correction import Corrections

            # Examples that keep a rule lower scores, which nobody may do to a locked one.
            of_rules = {rule.id: tuple(rule.categories) for rule in readable if not rule.locked}
            detectors.append(Corrections(policy.name, of_rules, examples))
    if judge is not None and readable:
        detectors += judge([rule.criterion for rule in readable])
    return tuple(detectors)


def _has_packaged_encoder(detectors: Sequence[Askable]) -> bool:
    """Or heads on it: what examples correct are its scores."""
    cards: list[Card | None] = [getattr(detector, "card", None) for detector in detectors]
    return any(card is not None and _ENCODER in (card.name, card.base) for card in cards)


def calibration_of(detectors: Sequence[Askable]) -> Calibration:
    """The operating points and fitted combinations on the cards of the models among the detectors."""
    labels: dict[str, Label] = {}
    combiners: dict[str, Combiner] = {}
    for detector in detectors:
        card: Card | None = getattr(detector, "card", None)
        if card is not None:
            labels.update(card.labels)
            for criterion, found in card.combinations.items():
                combiners[criterion] = Combiner(detector.name, found.weight, found.bias, found.others)
    return Calibration(combiners, labels)
