"""From what a site knows to its calibration of one model, criterion by criterion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from comity.content import Item
from comity.decide import Decision
from comity.detect import Signals
from comity.detect.registry import build, names
from comity.detect.site_calibrated import Carded, scores_beside
from comity.errors import CalibrationError, InputError, NotFound
from comity.evaluate.metrics import FEWEST, Floats, Interval, wilson
from comity.evaluate.recalibrate import FEWEST_OF_A_CLASS
from comity.evaluate.site_calibration import (
    HeldOut,
    estimated_prevalence,
    from_annotations,
    from_prevalence,
    held_out,
)
from comity.models.card import Card, Label, Measure
from comity.models.site_calibration import SiteCalibration, SiteLabel
from comity.moderator import Moderator

_ANY_POLICY = "community"
"""Scores do not depend on the policy, but a moderator has one."""


@dataclass(frozen=True, slots=True)
class At:
    """What to expect at the site of a threshold. `flagged` is the share of all its items."""

    threshold: float
    precision: float
    recall: float
    fpr: float
    flagged: float


@dataclass(frozen=True, slots=True)
class SiteFit:
    """One criterion: the label on the model's card, the site's, and what it is worth on rows it was not fitted to,
    where the site gave annotations.
    """

    packaged: Label
    label: SiteLabel
    held_out: HeldOut | None = None

    @property
    def prevalence(self) -> Interval | None:
        """The share of violations among the annotated rows."""
        return wilson(self.held_out.positives, self.held_out.rows) if self.held_out else None

    @property
    def warnings(self) -> tuple[str, ...]:
        if self.held_out is None:
            return ()
        told = []
        if self.held_out.positives < FEWEST_OF_A_CLASS:
            told.append(f"only {self.held_out.positives} rows violate: annotate more before you rely on it")
        if self.label.points_from == "card":
            told.append(
                f"fewer than {FEWEST} rows of either class: recall and false positives are taken from the model's card"
            )
        if not self.held_out.better:
            told.append("no better on held-out rows than the packaged scores: leave it out, or annotate more")
        return tuple(told)

    def at(self, measure: Measure, value: float) -> At | None:
        """None where no threshold meets it."""
        try:
            threshold = self.label.threshold(measure, value)
        except CalibrationError:
            return None
        point = next(point for point in self.label.points if point.threshold == threshold)
        recall, fpr, share = self.label.recall(point), self.label.fpr(point), self.label.site_prevalence
        return At(threshold, self.label.precision(point), recall, fpr, recall * share + fpr * (1 - share))


@dataclass(frozen=True, slots=True)
class SiteFits:
    """`left_out` maps a criterion that could not be fitted to the reason."""

    by_criterion: Mapping[str, SiteFit]
    left_out: Mapping[str, str]

    def calibration(self, detector: Carded) -> SiteCalibration:
        """Raises CalibrationError if no criterion could be fitted."""
        if not self.by_criterion:
            raise CalibrationError(
                "no criterion can be calibrated: "
                + "; ".join(f"{k}: {why}" for k, why in self.left_out.items())
            )
        labels = {criterion: fit.label for criterion, fit in self.by_criterion.items()}
        return SiteCalibration(model=detector.card.name, digest=detector.artefact_digest, criteria=labels)


def detector_on(model: str) -> Carded:
    """The registered detector that uses `model`, with its packaged calibration. Raises NotFound."""
    found = [detector for name in names() if isinstance(detector := build(name), Carded)]
    for detector in found:
        if detector.card.name == model:
            return detector
    known = ", ".join(detector.card.name for detector in found)
    raise NotFound(f"no detector uses a model `{model}`", next_step=f"Use one of: {known}.")


def scores_of(
    detector: Carded,
    items: Sequence[Item],
    watch: Callable[[Iterable[Decision]], Iterable[Decision]] = lambda decisions: decisions,
) -> Mapping[str, Floats]:
    """Criterion → the packaged scores that decisions rest on, float (n,): those of the detector and of detectors
    without a model beside it, such as word lists. NaN where the detector itself did not judge. `watch` sees every
    decision pass.
    """
    beside = [one for name in names() if scores_beside(one := build(name))]
    criteria = tuple(detector.card.labels)
    rows = []
    with Moderator(_ANY_POLICY, detectors=[detector, *beside]) as moderator:
        for decision in watch(moderator.moderate_many(items, want=frozenset(criteria))):
            judged = isinstance(decision.outcomes.get(detector.name), Signals)
            rows.append(decision.scores if judged else {})
    return {name: np.array([row.get(name, np.nan) for row in rows], float) for name in criteria}


def fit_texts(card: Card, scores: Mapping[str, Floats]) -> SiteFits:
    """Every criterion at the prevalence that the scores of unlabelled texts suggest."""

    def fit(name: str) -> SiteFit:
        label = card.labels[name]
        share = estimated_prevalence(scores[name], label.prevalence)
        return SiteFit(label, from_prevalence(label, share, "texts"))

    return _each(card.labels, fit)


def fit_site(
    card: Card, scores: Mapping[str, Floats], truth: Mapping[str, Floats], prevalence: Mapping[str, float]
) -> SiteFits:
    """Every criterion in `truth` from its annotations, every other one in `prevalence` from that share alone.

    Where a criterion is in both, its rows were picked, and the share is what violates at the site. Raises InputError
    for a criterion that the model does not judge, or a share outside (0, 1).
    """
    if unknown := [name for name in (*truth, *prevalence) if name not in card.labels]:
        raise InputError(
            f"`{card.name}` does not judge `{unknown[0]}`", next_step=f"It judges {', '.join(card.labels)}."
        )

    def fit(name: str) -> SiteFit:
        packaged = card.labels[name]
        if name not in truth:
            return SiteFit(packaged, from_prevalence(packaged, prevalence[name]))
        label = from_annotations(packaged, truth[name], scores[name], prevalence.get(name))
        return SiteFit(packaged, label, held_out(truth[name], scores[name]))

    return _each({**truth, **prevalence}, fit)


def _each(criteria: Iterable[str], fit: Callable[[str], SiteFit]) -> SiteFits:
    fits: dict[str, SiteFit] = {}
    left_out: dict[str, str] = {}
    for name in criteria:
        try:
            fits[name] = fit(name)
        except CalibrationError as error:
            left_out[name] = error.what
    return SiteFits(fits, left_out)
