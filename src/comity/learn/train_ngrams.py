"""A linear model of n-grams from a recipe's rows.

n-grams ─▶ choose each criterion's penalty (development half) ─▶ eight bits a weight ─▶ calibrate (calibration half)
        ─▶ measure (test, beside the word list) ─▶ card

A source without validation rows lends its training rows: they are cut into folds, and each is scored by a model that
has not seen it (cross-fitting). The model that is kept has learned from all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from comity.detect.lexicon import packaged as packaged_lexicon
from comity.evaluate.cases import in_calibration_half
from comity.evaluate.metrics import auprc, best_threshold
from comity.learn.calibrate import calibrate
from comity.learn.combine import list_hits
from comity.learn.measure import false_alarms, results
from comity.learn.ngrams import Heads, fit, matrix
from comity.learn.recipe import NgramTraining, Recipe
from comity.learn.rows import Rows
from comity.learn.write_card import LICENCE, uncalibrated, write_card
from comity.models import Artefact, NgramModel
from comity.models.artefact import sha256
from comity.models.card import Card, DataSet
from comity.models.ngram_model import Weights
from comity.models.text_model import calibrated

log = logging.getLogger(__name__)
_Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What one penalty gives. `lent` float32 (n, k): logits of the lent rows by models that have not seen them.
    `quality` (k,): AUPRC on the development half.
    """

    heads: Heads
    lent: _Logits
    quality: list[float]


def train_ngrams(
    plan: Recipe, training: NgramTraining, rows: dict[str, Rows], data: tuple[DataSet, ...], folder: Path
) -> Card:
    """Writes the weights to `folder`; `data` is what the card says of its sources. Raises CalibrationError."""
    train, validation, test = rows["train"], rows["validation"], rows["test"]
    lending = ~np.isin(train.source, validation.source)
    held_out = _join(validation, train, lending)
    calibrating = np.array([in_calibration_half(id) for id in held_out.ids])

    learned, unseen = (matrix(part.texts, training.features) for part in (train, validation))
    trials = []
    for strength in training.strengths:
        heads = fit(learned, train.annotations, strength, plan.seed)
        lent = _cross_fitted(learned, train.annotations, lending, strength, training.folds, plan.seed)
        logits = np.concatenate([heads.logits(unseen), lent])
        quality = [
            auprc(*columns)
            for columns in zip(held_out.annotations[~calibrating].T, logits[~calibrating].T, strict=True)
        ]
        log.info("strength %g: AUPRC %s", strength, ", ".join(f"{one:.4f}" for one in quality))
        trials.append(_Trial(heads, lent, quality))
    best = _best(trials)

    folder.mkdir(parents=True, exist_ok=True)
    Weights.rounded(best.heads.weights, best.heads.bias).write(folder / "weights.npz")
    draft = _draft(plan, training, data, folder)
    write_card(draft, folder)
    model = NgramModel(Artefact.load(folder))
    logits = np.concatenate([model.logits(validation.texts)[0], best.lent])[calibrating]
    truth = held_out.annotations[calibrating]
    labels = {
        criterion: calibrate(
            criterion, logits[:, column], _thinned(truth[:, column], training.prevalence, plan.seed)
        )
        for column, criterion in enumerate(plan.criteria)
    }
    calibrations = [label.calibration for label in labels.values()]
    thresholds = [
        best_threshold(column, scores)
        for column, scores in zip(truth.T, calibrated(logits, calibrations).T, strict=True)
    ]
    log.info("calibrated; measuring on %d test rows", len(test))
    scores = calibrated(model.logits(test.texts)[0], calibrations)
    hits = _list_hits(test.texts, plan)
    return draft.model_copy(
        update={
            "labels": labels,
            "results": results(plan, test, scores, hits, thresholds),
            "false_alarms": false_alarms(test, scores),
        }
    )


def _list_hits(texts: Sequence[str], plan: Recipe) -> NDArray[np.float32]:
    """float32 (n, k): the score of the packaged word list, 0 where it finds nothing. Any word of it is toxic."""
    words = packaged_lexicon()
    listed = sorted(words.criteria)
    hits = list_hits(words, texts, listed, plan.languages[0])
    columns = {criterion: hits[:, place] for place, criterion in enumerate(listed)}
    columns["toxicity"] = hits.max(axis=1)
    none = np.zeros(len(texts))
    return np.stack([columns.get(criterion, none) for criterion in plan.criteria], axis=1).astype(np.float32)


def _join(validation: Rows, train: Rows, lending: NDArray[np.bool_]) -> Rows:
    lent = np.flatnonzero(lending).tolist()
    return Rows(
        validation.texts + [train.texts[row] for row in lent],
        np.concatenate([validation.annotations, train.annotations[lent]]),
        np.concatenate([validation.source, train.source[lent]]),
        validation.ids + [train.ids[row] for row in lent],
        validation.contexts + [train.contexts[row] for row in lent],
        validation.spans + [train.spans[row] for row in lent],
    )


def _cross_fitted(
    learned: csr_matrix,
    annotations: NDArray[np.float32],
    lending: NDArray[np.bool_],
    strength: float,
    folds: int,
    seed: int,
) -> _Logits:
    """Logits (n, k) of the lending rows, each by a model fitted to all rows but those of its fold."""
    fold = np.where(lending, np.random.default_rng(seed).integers(0, folds, len(lending)), -1)
    logits = np.zeros_like(annotations)
    for inside in (fold == number for number in range(folds)):
        if inside.any():
            heads = fit(learned[~inside], annotations[~inside], strength, seed)
            logits[inside] = heads.logits(learned[inside])
    return logits[lending]


def _best(trials: Sequence[_Trial]) -> _Trial:
    """For each criterion the regression of the trial that was best at it."""
    quality = np.nan_to_num([trial.quality for trial in trials])
    choice = [trials[row] for row in quality.argmax(axis=0)]
    return _Trial(
        Heads(
            np.stack([trial.heads.weights[:, column] for column, trial in enumerate(choice)], axis=1),
            np.array([trial.heads.bias[column] for column, trial in enumerate(choice)]),
        ),
        np.stack([trial.lent[:, column] for column, trial in enumerate(choice)], axis=1),
        quality.max(axis=0).tolist(),
    )


def _thinned(column: NDArray[np.float32], share: float, seed: int) -> NDArray[np.float32]:
    """(n,): with positives masked until they are at most `share` of the rows."""
    positives = np.flatnonzero(column >= 0.5)
    most = round(share / (1 - share) * int((column < 0.5).sum()))
    thinned = column.copy()
    thinned[np.random.default_rng(seed).permutation(positives)[most:]] = np.nan
    return thinned


def _draft(plan: Recipe, training: NgramTraining, data: tuple[DataSet, ...], folder: Path) -> Card:
    """The card before calibration and measurement."""
    return Card(
        name=plan.name,
        kind="ngrams",
        version=plan.version,
        summary=plan.summary,
        languages=plan.languages,
        ngrams=training.features,
        window_tokens=training.window_words,
        window_stride=training.window_stride,
        base="none: trained from scratch",
        licence=LICENCE,
        labels=dict.fromkeys(plan.criteria, uncalibrated()),
        limits=plan.limits,
        data=data,
        files={"weights.npz": sha256(folder / "weights.npz")},
    )
