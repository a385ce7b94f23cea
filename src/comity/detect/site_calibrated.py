"""Detectors with a site's own calibration of their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeGuard, runtime_checkable

from comity.content import Item
from comity.detect.detector import AnyDetector, AsyncDetector, Detector, StreamingDetector
from comity.detect.signal import Outcome, Signals
from comity.detect.wrapped import Wrapped
from comity.errors import ArtefactError
from comity.models.card import Card, Combination
from comity.models.site_calibration import SiteCalibration, SiteLabel, read_site_calibration

_AGAIN = "Run `comity calibrate` again."


@runtime_checkable
class Carded(Detector, Protocol):
    """A detector whose scores a model's card calibrates. `artefact_digest` is that of the card."""

    @property
    def card(self) -> Card: ...
    @property
    def artefact_digest(self) -> str: ...


class SiteScores(Wrapped):
    """`detector` with the scores of a site in the criteria of `labels`; all else about it is as it was."""

    def __init__(self, detector: Detector, labels: Mapping[str, SiteLabel]) -> None:
        super().__init__(detector)
        self._labels = labels

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises what the detector raises."""
        return [self._corrected(outcome) for outcome in self._detector.detect(items)]

    def _corrected(self, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Signals):
            return outcome
        signals = tuple(
            replace(signal, score=self._labels[signal.criterion].corrected(signal.score))
            if signal.criterion in self._labels
            else signal
            for signal in outcome.signals
        )
        return replace(outcome, signals=signals)


class SiteCalibrated(SiteScores):
    """The detector on the model that a site has calibrated.

    Its card has the site's operating points, so that a stated risk is met at the site; its digest is another one, so
    that a plan changes with the calibration.
    """

    def __init__(self, detector: Carded, site: SiteCalibration) -> None:
        super().__init__(detector, site.criteria)
        self.card = _at_site(detector.card, site)
        self.artefact_digest = sha256(
            f"{detector.artefact_digest} {site.model_dump_json()}".encode()
        ).hexdigest()


def at_site(detectors: Sequence[AnyDetector], path: Path) -> tuple[AnyDetector, ...]:
    """The detectors under the site's calibration at `path`: the one on its model, and those without a model, such as
    word lists, that score the same criteria beside it. The highest score of all of them is then corrected as a whole.
    Detectors on other models, remote and streaming ones stay what they are.

    Raises ArtefactError if the file has mistakes, or no detector is on exactly that model.
    """
    site = read_site_calibration(path)
    on_it = [one for one in detectors if isinstance(one, Carded) and one.card.name == site.model]
    if not on_it:
        raise ArtefactError(
            f"the site's calibration is for the model `{site.model}`, which no detector uses",
            where=str(path),
            next_step=_AGAIN,
        )
    for one in on_it:
        _check(one, site, path)
    return tuple(_under(one, site, on_it[0].card) for one in detectors)


def scores_beside(detector: AnyDetector) -> TypeGuard[Detector]:
    """Whether it has no weights of its own, as a word list has none: what it says is corrected with the model's."""
    return not (
        hasattr(detector, "artefact_digest") or isinstance(detector, AsyncDetector | StreamingDetector)
    )


def _check(detector: Carded, site: SiteCalibration, path: Path) -> None:
    if detector.artefact_digest != site.digest:
        raise ArtefactError(
            f"the site's calibration is for another version of `{site.model}`: digest {site.digest[:12]}, not"
            f" {detector.artefact_digest[:12]}",
            where=str(path),
            next_step=_AGAIN,
        )
    if unknown := sorted(site.criteria.keys() - detector.card.labels.keys()):
        raise ArtefactError(
            f"`{site.model}` does not judge `{unknown[0]}`", where=str(path), next_step=_AGAIN
        )


def _under(detector: AnyDetector, site: SiteCalibration, card: Card) -> AnyDetector:
    if isinstance(detector, Carded):
        return SiteCalibrated(detector, site) if detector.card.name == site.model else detector
    if not scores_beside(detector):
        return detector
    beside = {
        criterion: label
        for criterion, label in site.criteria.items()
        if criterion in detector.criteria and not _joins(detector, criterion, card)
    }
    return SiteScores(detector, beside) if beside else detector


def _joins(detector: AnyDetector, criterion: str, card: Card) -> bool:
    """Whether the card's combination takes its score; that is corrected in the combination."""
    return criterion in card.combinations and detector.name in card.combinations[criterion].others


def _at_site(card: Card, site: SiteCalibration) -> Card:
    combinations = {
        criterion: _combined(found, site.criteria[criterion]) if criterion in site.criteria else found
        for criterion, found in card.combinations.items()
    }
    return card.model_copy(update={"labels": {**card.labels, **site.criteria}, "combinations": combinations})


def _combined(found: Combination, label: SiteLabel) -> Combination:
    """The combination whose result, over the model's corrected score, is the corrected result over its packaged one."""
    slope, shift = label.calibration.slope, label.calibration.intercept
    return Combination(
        bias=slope * found.bias + shift * (1 - found.weight),
        weight=found.weight,
        others={name: slope * weight for name, weight in found.others.items()},
    )
