"""Fitting a model's calibration to a site: from its prevalence, its annotations, or its unlabelled texts. numpy only.

`scores` are float (n,) in [0, 1]: packaged probabilities of one criterion; `truth` is as in `metric`. Rows
with NaN in either are left out.

Two things differ between a site and the rows of a card. Violations are rarer or commoner: then each log-odds is off by
the same amount, which follows from the two prevalences alone (Saerens, Latinne and Decaestecker, 2002: Adjusting the
Outputs of a Classifier to New a Priori Probabilities). And texts or annotators are of another kind: only annotations
of the site can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from comity.errors import CalibrationError, InputError
from comity.evaluate.metric import Floats, known
from comity.evaluate.metrics import FEWEST, brier, ece
from comity.evaluate.recalibrate import log_odds, recalibrated, sigmoid
from comity.models.card import Calibration, Label, OperatingPoint
from comity.models.site_calibration import SiteLabel

SLOPE_SPREAD, SHIFT_SPREAD = 0.25, 2.0
"""How far sites are expected to lie from the packaged curve, as standard deviations in log-odds: the slope little, the
shift much, since from one violation in three to one in fifty is a shift of three already.
"""
_EDGE = 1e-6
_FOLDS = 5
_REST = 1e-8
_MOST_STEPS, _MOST_ROUNDS = 100, 2_000
_DECIMALS = 4
_FEWEST_VIOLATIONS = 5

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The packaged scores of a site's rows and those of curves fitted to other rows of it (five folds)."""

    rows: int
    positives: int
    ece: tuple[float, float]
    brier: tuple[float, float]

    @property
    def better(self) -> bool:
        return self.brier[1] < self.brier[0]


def prior_shift(fitted: float, site: float) -> Calibration:
    """From log-odds that hold where the share `fitted` violates to those where the share `site` does, both in (0, 1).

    Raises InputError for other shares.
    """
    for share in (fitted, site):
        if not 0 < share < 1:
            raise InputError(f"a prevalence lies between 0 and 1, and {share:g} does not")
    return Calibration(slope=1.0, intercept=log(site / (1 - site)) - log(fitted / (1 - fitted)))


def estimated_prevalence(scores: ArrayLike, fitted: float) -> float:
    """The share of violations among unlabelled texts, for scores that are right where the share `fitted` violates.

    Expectation maximisation: the mean of the scores, corrected to the last estimate, until it rests (Saerens et al.,
    2002). It is as good as the calibration is. Raises CalibrationError for fewer than 30 texts, or if fewer than 5 of
    them seem to violate: corrected to next to nothing, no score would be high any more.
    """
    judged: Floats = np.asarray(scores, float)
    judged = judged[np.isfinite(judged)]
    if judged.size < FEWEST:
        raise CalibrationError(
            f"{judged.size} texts are too few to estimate a prevalence; {FEWEST} are needed"
        )
    share = fitted
    for _ in range(_MOST_ROUNDS):
        last, share = share, float(recalibrated(judged, prior_shift(fitted, share)).mean())
        share = min(max(share, _EDGE), 1 - _EDGE)
        if abs(share - last) < 1e-7:
            break
    if share * judged.size < _FEWEST_VIOLATIONS:
        raise CalibrationError(
            f"by their scores fewer than {_FEWEST_VIOLATIONS} of {judged.size} texts violate: too few to estimate a"
            " prevalence from"
        )
    return share


def site_curve(truth: ArrayLike, scores: ArrayLike) -> Calibration:
    """Platt's curve over the packaged log-odds, drawn towards the packaged one (slope 1, shift 0).

    The slope and shift of greatest posterior probability under independent normal priors around 1 and 0. A few rows
    then move the shift, which they can tell, and leave the slope, which they cannot; many rows have their way. A class
    without rows is no trouble. Raises CalibrationError with fewer than 30 rows or if scores do not rise with the
    annotations, InputError for scores outside [0, 1].
    """
    holds, scores = known(truth, scores)
    if holds.size < FEWEST:
        raise CalibrationError(f"{holds.size} annotated rows are too few; {FEWEST} are needed")
    slope, shift = _posterior_mode(log_odds(scores), holds)
    if slope <= 0:
        raise CalibrationError(
            "the scores do not rise with the site's annotations, so they cannot be calibrated"
        )
    return Calibration(slope=slope, intercept=shift)


def from_prevalence(
    label: Label, prevalence: float, made_from: Literal["prevalence", "texts"] = "prevalence"
) -> SiteLabel:
    """The card's label where the share `prevalence` violates. Raises InputError for a share outside (0, 1)."""
    return _card_points(label, prior_shift(label.prevalence, prevalence), prevalence, made_from)


def from_annotations(
    label: Label, truth: ArrayLike, scores: ArrayLike, prevalence: float | None = None
) -> SiteLabel:
    """The curve of the site's rows, and their operating points if there are 30 of either class; else the card's.

    The rows are taken for a random sample of the site, unless `prevalence`, in (0, 1), says how common violations
    really are there. Raises CalibrationError, InputError.
    """
    curve = site_curve(truth, scores)
    holds, scores = known(truth, scores)
    positives, negatives = int(holds.sum()), int((~holds).sum())
    among = (positives + 0.5) / (positives + negatives + 1)  # never 0 or 1, also where all rows are alike
    if prevalence is not None:
        shift = prior_shift(among, prevalence).intercept
        curve = Calibration(slope=curve.slope, intercept=curve.intercept + shift)
    share = among if prevalence is None else prevalence
    if min(positives, negatives) < FEWEST:
        return _card_points(label, curve, share, "annotations")
    corrected = recalibrated(scores, curve)
    return SiteLabel(
        calibration=_rounded(curve),
        positives=positives,
        negatives=negatives,
        points=tuple(
            OperatingPoint(
                threshold=threshold,
                true_positives=int((holds & (corrected >= threshold)).sum()),
                false_positives=int((~holds & (corrected >= threshold)).sum()),
            )
            for threshold in _thresholds(corrected, holds)
        ),
        site_prevalence=share,
        made_from="annotations",
        points_from="site",
    )


def held_out(truth: ArrayLike, scores: ArrayLike) -> HeldOut:
    """What the site's curve is worth on rows that it was not fitted to. Raises as `site_curve`."""
    holds, scores = known(truth, scores)
    site_curve(holds, scores)
    evidence, after = log_odds(scores), np.empty_like(scores)
    folds = np.random.default_rng(0).permutation(holds.size) % _FOLDS
    for fold in range(_FOLDS):
        inside = folds == fold
        slope, shift = _posterior_mode(evidence[~inside], holds[~inside])
        after[inside] = sigmoid(slope * evidence[inside] + shift)
    return HeldOut(
        rows=holds.size,
        positives=int(holds.sum()),
        ece=(ece(holds, scores), ece(holds, after)),
        brier=(brier(holds, scores), brier(holds, after)),
    )


def _posterior_mode(evidence: Floats, holds: Bools) -> tuple[float, float]:
    """Slope and shift, by Newton's method; a step that makes things worse is halved."""
    inputs = np.stack([evidence, np.ones(evidence.size)], axis=1)
    prior, precision = np.array([1.0, 0.0]), np.array([SLOPE_SPREAD, SHIFT_SPREAD]) ** -2

    def loss(weights: Floats) -> float:
        logits = inputs @ weights
        return float(
            (np.logaddexp(0, logits) - holds * logits).sum() + precision @ (weights - prior) ** 2 / 2
        )

    weights = prior
    for _ in range(_MOST_STEPS):
        shares = sigmoid(inputs @ weights)
        gradient = inputs.T @ (shares - holds) + precision * (weights - prior)
        curvature = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        while np.abs(step).max() > _REST and loss(weights - step) > loss(weights):
            step /= 2
        weights = weights - step
        if np.abs(step).max() <= _REST:
            break
    return float(weights[0]), float(weights[1])


def _card_points(
    label: Label,
    curve: Calibration,
    prevalence: float,
    made_from: Literal["annotations", "prevalence", "texts"],
) -> SiteLabel:
    """The points of the card, at the scores to which the curve brings its thresholds."""
    thresholds = recalibrated([point.threshold for point in label.points], curve)
    return SiteLabel(
        calibration=_rounded(curve),
        positives=label.positives,
        negatives=label.negatives,
        points=tuple(
            OperatingPoint(
                threshold=round(float(threshold), 2 + _DECIMALS),
                true_positives=point.true_positives,
                false_positives=point.false_positives,
            )
            for threshold, point in zip(thresholds, label.points, strict=True)
        ),
        site_prevalence=prevalence,
        made_from=made_from,
        points_from="card",
    )


def _thresholds(scores: Floats, holds: Bools) -> list[float]:
    """Where each thirtieth of the positives and each of the highest negatives lies, at most about fifty."""
    caught = np.quantile(scores[holds], np.linspace(0, 0.97, 31))
    spared = np.quantile(scores[~holds], [0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999])
    return sorted({floor(float(score) * 10**_DECIMALS) / 10**_DECIMALS for score in (*caught, *spared)})


def _rounded(curve: Calibration) -> Calibration:
    return Calibration(slope=round(curve.slope, 6), intercept=round(curve.intercept, 6))
