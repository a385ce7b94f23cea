"""From a recipe and data to an artefact: a network, or a linear model of n-grams.

rows ─▶ fit ─▶ export ─▶ calibrate (validation) ─▶ measure (test, beside the baseline) ─▶ card
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np

from comity.detect.lexicon import packaged as packaged_lexicon
from comity.errors import InputError, MissingExtra
from comity.learn.calibrate import calibrate
from comity.learn.combine import combine
from comity.learn.measure import false_alarms, results
from comity.learn.recipe import NgramTraining, Recipe, Training, read_recipe
from comity.learn.rows import Rows, load
from comity.learn.write_card import LICENCE, uncalibrated, write_card
from comity.models import Artefact, TextModel
from comity.models.artefact import sha256
from comity.models.card import Card, DataSet
from comity.models.text_model import calibrated

log = logging.getLogger(__name__)
_BASE = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)"


def train(recipe: Path, data_root: Path | None, out_dir: Path) -> Artefact:
    """Trains what the file `recipe` describes and writes the artefact to `out_dir/<name>`.

    `data_root` defaults to the environment variable COMITY_DATA. A network that is run again with the same folder
    resumes at its last checkpoint. Raises InputError, MissingExtra (`train`), CalibrationError.
    """
    plan = read_recipe(recipe)
    root = _data_root(data_root)
    _claim(out_dir, recipe)
    folder = out_dir / plan.name
    try:
        rows = load(plan, root, recipe_folder=recipe.parent)
        log.info("rows: %s", ", ".join(f"{len(part):,} {split}" for split, part in rows.items()))
        data = _data_sets(plan, rows)
        if isinstance(plan.training, NgramTraining):
            from comity.learn.train_ngrams import train_ngrams

            card = train_ngrams(plan, plan.training, rows, data, folder)
        else:
            card = _train_encoder(plan, plan.training, rows, data, folder)
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "torch", "train") from error
    write_card(card, folder)
    return Artefact.load(folder)


def _train_encoder(
    plan: Recipe, training: Training, rows: dict[str, Rows], data: tuple[DataSet, ...], folder: Path
) -> Card:
    """Writes the network to `folder`, and its checkpoints beside that."""
    from tokenizers import Tokenizer

    from comity.evaluate.linear import Linear
    from comity.learn.export import export
    from comity.learn.fit import fit
    from comity.learn.network import Network, pretrained_folder

    pretrained = pretrained_folder()
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(training.max_tokens)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(rows["train"].texts)]
    network = Network(pretrained, len(plan.criteria), training.frozen_layers, plan.seed)
    fit(network, tokens, rows["train"].annotations, training, plan.seed, folder.parent / "checkpoint.pt")

    export(network, pretrained, folder)
    write_card(_draft(plan, training, data, folder), folder)
    model = TextModel(Artefact.load(folder), threads=training.threads)
    logits, _ = model.logits(rows["validation"].texts)
    labels = {
        criterion: calibrate(criterion, logits[:, column], rows["validation"].annotations[:, column])
        for column, criterion in enumerate(plan.criteria)
    }
    scores = calibrated(logits, [label.calibration for label in labels.values()])
    validation = rows["validation"]
    combinations = combine(
        plan.criteria, scores, validation.annotations, validation.texts, packaged_lexicon()
    )
    log.info("calibrated; measuring on %d test rows", len(rows["test"]))
    baseline = Linear(plan.seed).fit(rows["train"].texts, rows["train"].annotations)
    logits, _ = model.logits(rows["test"].texts)
    scores = calibrated(logits, [label.calibration for label in labels.values()])
    return model.artefact.card.model_copy(
        update={
            "labels": labels,
            "combinations": combinations,
            "results": results(plan, rows["test"], scores, baseline.scores(rows["test"].texts)),
            "false_alarms": false_alarms(rows["test"], scores),
        }
    )


def _data_root(given: Path | None) -> Path:
    root = given or (Path(os.environ["COMITY_DATA"]) if "COMITY_DATA" in os.environ else None)
    if root is None or not root.is_dir():
        raise InputError(
            "there is no data folder", where=str(root or ""), next_step="Give one, or set COMITY_DATA to one."
        )
    return root


def _claim(out_dir: Path, recipe: Path) -> None:
    """Marks the folder as this recipe's, so that no checkpoint of another one is continued."""
    out_dir.mkdir(parents=True, exist_ok=True)
    mark = out_dir / "recipe.yaml"
    if mark.exists() and mark.read_bytes() != recipe.read_bytes():
        raise InputError(
            "the folder holds the training of another recipe",
            where=str(out_dir),
            next_step="Use an empty folder.",
        )
    mark.write_bytes(recipe.read_bytes())


def _draft(plan: Recipe, training: Training, data: tuple[DataSet, ...], folder: Path) -> Card:
    """The card before calibration and measurement."""
    return Card(
        name=plan.name,
        version=plan.version,
        summary=plan.summary,
        languages=plan.languages,
        window_tokens=training.max_tokens,
        window_stride=training.stride,
        base=_BASE,
        licence=LICENCE,
        labels=dict.fromkeys(plan.criteria, uncalibrated()),
        limits=plan.limits,
        data=data,
        files={name: sha256(folder / name) for name in ("model.onnx", "tokenizer.json")},
    )


def _data_sets(plan: Recipe, rows: dict[str, Rows]) -> tuple[DataSet, ...]:
    counts = {
        split: dict(zip(*np.unique(part.family, return_counts=True), strict=True))
        for split, part in rows.items()
    }
    described = [(source.id, source.licence, source.note) for source in plan.sources]
    if plan.templates:
        described.append(("templates", "Apache-2.0 (own)", f"Generated from {plan.templates}."))
    return tuple(
        DataSet(
            id=id,
            licence=licence,
            note=note,
            **{split: int(counts[split].get(id, 0)) for split in ("train", "validation", "test")},
        )
        for id, licence, note in described
    )
