"""Fits the weight in src/comity/detect/correction.py, and measures what examples add to the encoder.

    python tools/fit_neighbours.py DATA_ROOT CACHE    # prints the weight and a table; CACHE keeps the vectors, 150 MB

A line of the table: neighbours alone in the encoder's space, neighbours alone by letters and words, both fused with the
encoder, and what that is above the encoder, with its interval.

Each task is a rule: a set, what breaks the rule there, and the category of the encoder that is nearest. Examples are
train rows, as they come or half of each kind, in three draws. The weight is fitted on validation rows of the
calibration half, for each task without its set; everything is measured on the other half. Only sets that may teach
packaged weights (docs/data.md) are fitted on. Takes 5 minutes of one core.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from comity.content.normalise import canonical
from comity.content.skeleton import skeleton
from comity.detect.correction import FEWEST, NEIGHBOURS, misjudgements, shift
from comity.detect.embedding import NgramEmbedder, packaged_space
from comity.evaluate.cases import in_calibration_half
from comity.evaluate.metrics import Interval, Metric, auprc, roc_auc
from comity.evaluate.resample import interval_of
from comity.similar import nearest

POOL, FITTED, MEASURED = 1_200, 350, 450  # rows of a set
LONGEST = 1_500
SIZES, DRAWS, RESAMPLES = (50, 200, 1_000), 3, 300
MIXES = ("as they come", "half of each")
Truth = Callable[[Mapping[str, Any]], float]
Floats = np.ndarray


@dataclass(frozen=True)
class Task:
    """A rule. `may_teach`: the weight may be fitted on it."""

    name: str
    path: str
    truth: Truth
    category: str
    may_teach: bool = True


def one_of(field: str, *values: object) -> Truth:
    return lambda labels: float(labels[field] in values) if field in labels else np.nan


def given(field: str) -> Truth:
    return lambda labels: float(bool(labels.get(field)))


TASKS = (
    Task("Jigsaw, toxic", "text/jigsaw_wikipedia_partial", one_of("toxic", 1), "toxicity"),
    Task("Davidson, hate", "text/davidson_hsol", one_of("class", "hate_speech"), "hate"),
    Task("HateXplain, hate", "text/hatexplain", one_of("post_label", "hatespeech"), "hate"),
    Task("EDOS, sexist", "text/edos_sexism", one_of("label_sexist", "sexist"), "hate"),
    Task("CAD, abuse of a political side", "text/cad_reddit", given("AffiliationDirectedAbuse"), "toxicity"),
    Task("CAD, abuse of a person", "text/cad_reddit", given("PersonDirectedAbuse"), "harassment"),
    Task("GitHub, uncivil", "conversations/github_incivility", one_of("uncivil", 1), "toxicity"),
    Task("ParaDetox, toxic", "text/paradetox", one_of("toxic", 1), "toxicity"),
    Task("Gab, hate", "text/gab_hate_corpus", one_of("hd", 1), "hate"),
    Task("Prompts, harmful", "llm/guard_train_mix_prompts", one_of("label", "harmful"), "prompt-harm", False),
    Task(
        "Reddit, removed", "conversations/reddit_rule_moderation", one_of("moderated", 1), "toxicity", False
    ),
    Task(
        "MD-Agreement, offensive", "text/md_agreement_offensive", one_of("hard_label", 1), "toxicity", False
    ),
    Task("Code review, toxic", "text/toxicr_code_review", one_of("is_toxic", 1), "toxicity", False),
    Task("CONDA, toxic", "conversations/conda_dota_chat", one_of("intentClass", "E", "I"), "toxicity", False),
)


@dataclass(frozen=True)
class Rows:
    """Of one task: `vectors` in the encoder's space and `ngrams`, both (n, d); `truth`, `scores` (n,); `part` (n,): 0
    may be examples, 1 fit, 2 measure.
    """

    vectors: Floats
    ngrams: Floats
    truth: Floats
    scores: Floats
    part: Floats

    def examples(self, count: int, draw: int, mix: str) -> Floats:
        order = np.random.default_rng(draw).permutation(np.flatnonzero(self.part == 0))
        if mix == MIXES[0]:
            return order[:count]
        breaks = self.truth[order] > 0.5
        each = min(count // 2, int(breaks.sum()), int((~breaks).sum()))
        return np.concatenate([order[breaks][:each], order[~breaks][:each]])

    def enough(self, examples: Floats) -> bool:
        breaks = int(self.truth[examples].sum())
        return min(breaks, len(examples) - breaks) >= FEWEST

    def correction(self, examples: Floats, rows: Floats) -> Floats:
        """Before the weight; 0 with too few examples."""
        if not self.enough(examples):
            return np.zeros(len(rows))
        centre = self.vectors[examples].mean(axis=0)
        near, cosines = nearest(
            unit(self.vectors[rows] - centre), unit(self.vectors[examples] - centre), NEIGHBOURS
        )
        return shift(cosines, misjudgements(self.truth[examples] > 0.5, self.scores[examples])[near])

    def share(self, space: Floats, examples: Floats, rows: Floats) -> Floats:
        """Of the neighbours that break the rule, by their cosines: neighbours alone."""
        centre = space[examples].mean(axis=0)
        near, cosines = nearest(unit(space[rows] - centre), unit(space[examples] - centre), NEIGHBOURS)
        weights = np.maximum(cosines, 1e-3)
        return (weights * self.truth[examples][near]).sum(axis=1) / weights.sum(axis=1)


def unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def log_odds(scores: Floats) -> Floats:
    clipped = np.clip(scores.astype(float), 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def placed(path: str, root: Path, cache: Path) -> Mapping[str, Floats]:
    kept = cache / f"{Path(path).name}.npz"
    if not kept.is_file():
        frame = chosen(pd.read_parquet(root / f"{path}.parquet"))
        found = packaged_space().place([canonical(text).text for text in frame["text"]])
        ngrams = NgramEmbedder().embed([skeleton(text).text for text in frame["text"]])
        np.savez(
            kept,
            mean=found.vectors,
            p=found.scores,
            ngram=ngrams.astype(np.float16),
            part=frame["part"],
            labels=np.array(frame["labels"].tolist()),
        )
    with np.load(kept) as file:
        return dict(file)


def chosen(frame: pd.DataFrame) -> pd.DataFrame:
    if "id" not in frame:
        frame["id"] = [f"row-{number}" for number in range(len(frame))]
    frame = frame[frame["text"].str.len().between(3, LONGEST) & frame["lang"].str.startswith("en")]
    # Has taught the encoder, unlike the rest of its set.
    frame = frame[~frame["labels"].str.contains("AegisTrainR")]
    frame = frame.drop_duplicates("text").sample(frac=1, random_state=3)
    validation, half = frame["split"] == "validation", frame["id"].map(in_calibration_half)
    pool, fit, measure = (
        frame[frame["split"] == "train"],
        frame[validation & half],
        frame[validation & ~half],
    )
    if not len(pool):  # Gab has no train rows here
        pool, fit = fit[:900], fit[900:]
    return pd.concat(
        [pool[:POOL].assign(part=0), fit[:FITTED].assign(part=1), measure[:MEASURED].assign(part=2)]
    )


def rows_of(task: Task, root: Path, cache: Path, labels: Sequence[str]) -> Rows:
    found = placed(task.path, root, cache)
    truth = np.array([task.truth(json.loads(label)) for label in found["labels"]])
    said = np.isfinite(truth)
    return Rows(
        found["mean"][said],
        found["ngram"][said].astype(np.float32),
        truth[said],
        found["p"][said, labels.index(task.category)],
        found["part"][said],
    )


def drawn(rows: Rows, part: int) -> Iterator[tuple[int, int, str, Floats, Floats]]:
    where = np.flatnonzero(rows.part == part)
    for mix in MIXES:
        for count in SIZES:
            for draw in range(DRAWS):
                yield count, draw, mix, rows.examples(count, draw, mix), where


def fitted(tasks: Sequence[Task], of: Mapping[str, Rows]) -> float:
    """The weight on `tasks`: a logistic rule in which the encoder's log-odds count as they are, with an intercept for
    each task, as sets differ in how common violations are. All tasks count the same.
    """
    offsets, shifts, truth, group = [], [], [], []
    for number, task in enumerate(tasks):
        rows = of[task.name]
        for _, _, _, examples, where in drawn(rows, 1):
            if rows.enough(examples):
                offsets.append(log_odds(rows.scores[where]))
                shifts.append(rows.correction(examples, where))
                truth.append(rows.truth[where])
                group.append(np.full(len(where), number))
    offset, moved, said, of_task = map(np.concatenate, (offsets, shifts, truth, group))
    weight = 1 / np.bincount(of_task, minlength=len(tasks))[of_task]

    def loss(values: Floats) -> float:
        logits = offset + values[0] * moved + values[1 + of_task]
        return float((weight * (np.logaddexp(0, logits) - said * logits)).sum())

    def slope(values: Floats) -> Floats:
        logits = offset + values[0] * moved + values[1 + of_task]
        missed = weight * (1 / (1 + np.exp(-logits)) - said)
        return np.r_[(missed * moved).sum(), np.bincount(of_task, missed, len(tasks))]

    start = np.r_[1.0, np.zeros(len(tasks))]
    bounds = [(0, None), *[(None, None)] * len(tasks)]
    return float(minimize(loss, start, jac=slope, method="L-BFGS-B", bounds=bounds).x[0])


def measure(task: Task, rows: Rows, weight: float) -> None:
    by: dict[tuple[str, int], list[tuple[Floats, Floats, Floats]]] = {}
    for count, _, mix, examples, where in drawn(rows, 2):
        fused = log_odds(rows.scores[where]) + weight * rows.correction(examples, where)
        alone, spelt = (rows.share(space, examples, where) for space in (rows.vectors, rows.ngrams))
        by.setdefault((mix, count), []).append((alone, spelt, fused))
    where = np.flatnonzero(rows.part == 2)
    truth, encoder = rows.truth[where], log_odds(rows.scores[where])
    say(
        f"\n{task.name} ({task.category}): {len(where)} rows, {truth.mean():.2f} positive, weight {weight:.2f}"
        f"{'' if task.may_teach else ', only measured'}\n  encoder {roc_auc(truth, encoder):.3f} "
        f"{auprc(truth, encoder):.3f} loss {log_loss(truth, encoder):.3f}"
    )
    for (mix, count), draws in by.items():
        fused = [one[2] for one in draws]
        loss = np.mean([log_loss(truth, scores) for scores in fused])
        found = []
        for name, metric in (("ROC-AUC", roc_auc), ("AUPRC", auprc)):
            means = np.mean([[metric(truth, scores) for scores in one] for one in draws], axis=0)
            over = gain(metric, truth, encoder, fused)
            listed = " ".join(f"{mean:.3f}" for mean in means)
            found.append(f"{name} {listed} gain {over.value:+.3f} [{over.low:+.3f}, {over.high:+.3f}]")
        say(f"  {mix:12} {count:5} {' | '.join(found)} | loss {loss:.3f}")


def gain(metric: Metric, truth: Floats, encoder: Floats, fused: Sequence[Floats]) -> Interval:
    """The mean of `metric` over the draws of examples, less that of the encoder, on resampled rows."""

    def over(rows: Floats) -> float:
        ours = np.mean([metric(truth[rows], scores[rows]) for scores in fused])
        return float(ours - metric(truth[rows], encoder[rows]))

    return interval_of(over, len(truth), resamples=RESAMPLES)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def log_loss(truth: Floats, logits: Floats) -> float:
    return float((np.logaddexp(0, logits) - truth * logits).mean())


def elsewhere(of: Mapping[str, Rows], weight: float) -> None:
    """How far texts are moved by the examples of another set."""
    moved = []
    for name, rows in of.items():
        examples = rows.examples(200, 0, MIXES[1])
        others = np.concatenate(
            [other.vectors[other.part == 2][:100] for key, other in of.items() if key != name]
        )
        centre = rows.vectors[examples].mean(axis=0)
        near, cosines = nearest(unit(others - centre), unit(rows.vectors[examples] - centre), NEIGHBOURS)
        missed = misjudgements(rows.truth[examples] > 0.5, rows.scores[examples])
        moved.append(weight * shift(cosines, missed[near]))
    size = np.abs(np.concatenate(moved))
    far = (size > 1).mean()
    say(f"\ntexts of other sets: moved by {np.median(size):.2f} log-odds (median), {far:.2f} by more than 1")


def main() -> None:
    root, cache = map(Path, sys.argv[1:3])
    cache.mkdir(parents=True, exist_ok=True)
    labels = packaged_space().labels
    of = {task.name: rows_of(task, root, cache, labels) for task in TASKS}
    teaching = [task for task in TASKS if task.may_teach]
    weight = fitted(teaching, of)
    say(f"weight {weight:.2f}")
    for task in TASKS:
        measure(task, of[task.name], fitted([one for one in teaching if one.path != task.path], of))
    elsewhere(of, weight)


if __name__ == "__main__":
    main()
