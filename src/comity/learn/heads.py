"""From a community's annotated texts to heads of its own on the frozen encoder.

rows ─▶ embed (cached) ─▶ for each criterion: choose the penalty and calibrate on folds, fit on all that teaches
     ─▶ measure on rows that test, beside the packaged encoder and n-grams ─▶ card

After "LionGuard 2: Building Lightweight, Data-Efficient & Localised Multilingual Content Moderators" (2025).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity.detect.encoder import packaged
from comity.errors import CalibrationError, InputError, MissingExtra
from comity.evaluate.metrics import auprc, interval
from comity.evaluate.recalibrate import recalibrated
from comity.evaluate.resample import paired
from comity.evaluate.site_calibration import site_curve
from comity.learn.calibrate import calibrate
from comity.learn.community_rows import FOLDS, CommunityRows, read_community_rows, shares
from comity.learn.embedded_rows import EmbeddedRows, Watch, embed_rows
from comity.learn.heads_card import write_heads
from comity.learn.heads_comparison import Comparison, Measured, Point, against, graded, measured
from comity.learn.ordinal import Floats, OrdinalHead, fit_path
from comity.models import Artefact, find
from comity.models.card import Calibration, Label
from comity.models.embedding import EncoderEmbedding
from comity.settings import Settings

log = logging.getLogger(__name__)
STRENGTHS = (0.1, 0.025, 0.006, 0.0015, 0.0004, 0.0001, 0.000025)
_FEWEST = 10
_PARTS = (0.25, 0.5, 1.0)
_SEED = 1

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Head:
    """One fitted criterion. `label` has the calibration and a step for each grade over 1."""

    fitted: OrdinalHead
    label: Label


@dataclass(frozen=True, slots=True)
class TrainedHeads:
    """`left_out` maps a criterion to the reason. `unread`: rows in languages that the encoder does not know."""

    artefact: Artefact
    comparisons: tuple[Comparison, ...]
    left_out: Mapping[str, str]
    rows: CommunityRows
    unread: int


def train_heads(
    data: Path, out: Path, *, overwrite: bool = False, watch: Watch = lambda portions: portions
) -> TrainedHeads:
    """Fits heads to the file `data` and writes the artefact to the folder `out`, its embeddings to `<out>.cache`.

    Run again after an interruption it goes on. Raises InputError, CalibrationError if no criterion can be fitted,
    ArtefactError, MissingExtra (`evaluate`).
    """
    if (out / "card.yaml").exists() and not overwrite:
        raise InputError("there are heads already", where=str(out), next_step="Pass --overwrite.")
    rows = read_community_rows(data)
    detector = packaged()
    encoder = find(detector.card.name)
    embedding = EncoderEmbedding(encoder, Settings.from_environment().model_threads)
    embedded = embed_rows(rows.items, embedding, detector, out.with_name(out.name + ".cache"), watch)
    judged = embedded.judged
    try:
        heads, left_out = _fit(rows, embedded, judged)
        comparisons = _compare(rows, embedded, judged, heads, detector.card.name, tuple(detector.card.labels))
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "scikit-learn", "evaluate") from error
    write_heads(
        out,
        data.name,
        encoder.card,
        embedding.digest,
        {name: (head.fitted, head.label) for name, head in heads.items()},
        comparisons,
        left_out,
        (int((judged & ~rows.test).sum()), int((judged & rows.test).sum())),
    )
    return TrainedHeads(Artefact.load(out), comparisons, left_out, rows, int((~judged).sum()))


def _fit(
    rows: CommunityRows, embedded: EmbeddedRows, judged: NDArray[np.bool_]
) -> tuple[dict[str, Head], dict[str, str]]:
    heads: dict[str, Head] = {}
    left_out: dict[str, str] = {}
    for name, grades in rows.grades.items():
        learn = np.flatnonzero(judged & ~rows.test & np.isfinite(grades))
        try:
            heads[name] = _head(name, grades[learn], embedded, learn, rows.fold[learn])
            log.info("%s: fitted on %d rows", name, len(learn))
        except CalibrationError as error:
            left_out[name] = error.what
    if not heads:
        raise CalibrationError(
            "no criterion can be fitted: " + "; ".join(f"{name}: {why}" for name, why in left_out.items()),
            next_step="Annotate more rows, with at least ten of each kind.",
        )
    return heads, left_out


def _head(name: str, grades: Floats, embedded: EmbeddedRows, learn: Indices, fold: Indices) -> Head:
    """Raises CalibrationError with fewer than 10 positives or negatives, or where nothing could be learned."""
    reached = shares(grades, _top(grades))
    if reason := _too_few(grades, fold):
        raise CalibrationError(reason)
    fitted, logits = choose(embedded, learn, reached, fold)
    label = calibrate(name, logits[:, 0].astype(np.float32), _hedged(reached[:, 0]).astype(np.float32))
    slope = label.calibration.slope
    steps = {
        grade + 1: Calibration(slope=slope, intercept=_shift(slope * logits[:, grade], reached[:, grade]))
        for grade in range(1, reached.shape[1])
    }
    return Head(fitted, label.model_copy(update={"steps": steps}))


def _too_few(grades: Floats, fold: Indices) -> str | None:
    """Why nothing can be fitted to these rows."""
    holds = int((grades >= 0.5).sum())
    if min(holds, len(grades) - holds) < _FEWEST:
        return (
            f"{holds} positive and {len(grades) - holds} negative rows teach it; {_FEWEST} of each are needed"
        )
    if len(set(fold.tolist())) < 2:
        return "its rows are near-duplicates of one another"
    return None


def _top(grades: Floats) -> int:
    """The highest grade that ten rows reach: fewer tell nothing of it, and count as the grade below."""
    return max((grade for grade in (1, 2, 3) if (grades >= grade).sum() >= _FEWEST), default=1)


def _hedged(reached: Floats) -> Floats:
    """Platt's targets in place of 1 and 0: few rows that are told apart without error do not make it certain."""
    positives = int((reached >= 0.5).sum())
    low, high = 1 / (len(reached) - positives + 2), (positives + 1) / (positives + 2)
    return low + (high - low) * reached


def _shift(logits: Floats, reached: Floats) -> float:
    """What to add to the logits, (n,), so that their probabilities have the mean of `reached`."""
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        if _sigmoid(logits + middle).mean() < reached.mean():
            low = middle
        else:
            high = middle
    return round(low, 6)


def choose(
    embedded: EmbeddedRows, learn: Indices, reached: Floats, fold: Indices
) -> tuple[OrdinalHead, Floats]:
    """The head of the penalty that predicts left-out folds best, fitted on all rows `learn`; and the logits (n, k) of
    those rows, each by heads that have not seen its fold. Near-duplicates share a fold.
    """
    paths = [
        list(fit_path(embedded.means[learn[fold != out]], reached[fold != out], STRENGTHS))
        for out in range(FOLDS)
    ]
    weights = np.stack([head.weights for path in paths for head in path], axis=1)
    products = embedded.highest(weights)[learn].reshape(len(learn), FOLDS, len(STRENGTHS))
    thresholds = np.array([[head.thresholds for head in path] for path in paths])
    logits = products[np.arange(len(learn)), fold][:, :, None] - thresholds[fold]
    losses = np.logaddexp(0, logits) - reached[:, None, :] * logits
    best = int(losses.sum(axis=2).mean(axis=0).argmin())
    *_, fitted = fit_path(embedded.means[learn], reached, STRENGTHS[: best + 1])
    return fitted, logits[:, best]


def _compare(
    rows: CommunityRows,
    embedded: EmbeddedRows,
    judged: NDArray[np.bool_],
    heads: Mapping[str, Head],
    encoder: str,
    known: Sequence[str],
) -> tuple[Comparison, ...]:
    from comity.evaluate.linear import Linear, cut

    texts = cut([item.parts[0].text for item in rows.items])
    learn, test = np.flatnonzero(judged & ~rows.test), np.flatnonzero(judged & rows.test)
    columns = np.stack([rows.grades[name][learn] for name in heads], axis=1)
    log.info("measuring on %d rows", len(test))
    baseline = Linear(_SEED).fit([texts[row] for row in learn], np.minimum(columns, 1))
    by_words = baseline.scores([texts[row] for row in test]) if len(test) else np.zeros((0, len(heads)))
    return tuple(
        _compared(
            name,
            head,
            rows,
            embedded,
            learn,
            test,
            by_words[:, column].astype(float),
            (encoder, embedded.scores[:, known.index(name)]) if name in known else None,
        )
        for column, (name, head) in enumerate(heads.items())
    )


def _compared(
    name: str,
    head: Head,
    rows: CommunityRows,
    embedded: EmbeddedRows,
    learn: Indices,
    test: Indices,
    by_words: Floats,
    packaged_scores: tuple[str, Floats] | None,
) -> Comparison:
    grades = rows.grades[name]
    said = np.isfinite(grades)
    by_words, learn, test = by_words[said[test]], learn[said[learn]], test[said[test]]
    truth, groups = np.minimum(grades[test], 1), rows.group[test]
    logits = embedded.highest(head.fitted.weights[:, None])[test] - head.fitted.thresholds
    calibrations = [head.label.calibration, *head.label.steps.values()]
    probabilities = np.stack(
        [_sigmoid(one.slope * logits[:, k] + one.intercept) for k, one in enumerate(calibrations)], axis=1
    )
    ours = probabilities[:, 0]
    models = [measured("these heads", truth, ours, groups)]
    if packaged_scores is not None:
        encoder, scores = packaged_scores
        models.append(_rival(encoder, truth, ours, scores[test], groups, by="AUPRC"))
        try:
            curve = site_curve(np.minimum(grades[learn], 1), scores[learn])
            again = recalibrated(scores[test], curve)
            models.append(_rival(f"{encoder} recalibrated", truth, ours, again, groups, by="Brier"))
        except CalibrationError as error:
            log.info("%s: %s cannot be recalibrated: %s", name, encoder, error.what)
    models.append(_rival("word n-grams", truth, ours, by_words, groups, by="AUPRC"))
    holds = grades[learn] >= 0.5
    return Comparison(
        criterion=name,
        learned_rows=len(learn),
        learned_positives=int(holds.sum()),
        rows=len(test),
        positives=int((truth >= 0.5).sum()),
        models=tuple(models),
        graded=graded(grades[test], (probabilities >= 0.5).sum(axis=1).astype(float), groups)
        if head.label.steps and len(test)
        else None,
        curve=_curve(grades, rows, embedded, learn, test),
    )


def _rival(
    name: str, truth: Floats, ours: Floats, theirs: Floats, groups: NDArray[np.int64], *, by: str
) -> Measured:
    rival = measured(name, truth, theirs, groups, probabilities=name != "word n-grams")
    return against(rival, truth, ours, theirs, groups, by=by)


def _curve(
    grades: Floats, rows: CommunityRows, embedded: EmbeddedRows, learn: Indices, test: Indices
) -> tuple[Point, ...]:
    """Of heads fitted on a quarter, half and all of the rows that teach, each part within the next."""
    order = np.random.default_rng(_SEED).permutation(learn)
    truth, groups = np.minimum(grades[test], 1), rows.group[test]
    points: list[Point] = []
    before: Floats | None = None
    for part in _PARTS:
        taught = order[: round(part * len(order))]
        if _too_few(grades[taught], rows.fold[taught]):
            continue
        holds = int((grades[taught] >= 0.5).sum())
        head, _ = choose(embedded, taught, shares(grades[taught], _top(grades[taught])), rows.fold[taught])
        scores = embedded.highest(head.weights[:, None])[test, 0]
        gain = None if before is None else paired(auprc, truth, scores, before, groups=groups)
        points.append(Point(len(taught), holds, interval(auprc, truth, scores, groups=groups), gain))
        before = scores
    return tuple(points)


def _sigmoid(logits: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    return found
