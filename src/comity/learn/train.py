"""From a recipe and data to an artefact.

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
from comity.learn.recipe import Recipe, read_recipe
from comity.learn.rows import Rows, load
from comity.learn.write_card import write_card
from comity.models import Artefact, TextModel
from comity.models.artefact import sha256
from comity.models.card import Calibration, Card, DataSet, Label
from comity.models.text_model import calibrated

log = logging.getLogger(__name__)
_BASE = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)"
_LICENCE = "Apache-2.0"


def train(recipe: Path, data_root: Path | None, out_dir: Path) -> Artefact:
    """Trains what the file `recipe` describes and writes the artefact to `out_dir/<name>`.

    `data_root` defaults to the environment variable COMITY_DATA. Run again with the same folder, it resumes at the
    last checkpoint. Raises InputError, MissingExtra (`train`), CalibrationError.
    """
    plan = read_recipe(recipe)
    root = _data_root(data_root)
    _claim(out_dir, recipe)
    try:
        from tokenizers import Tokenizer

        from comity.evaluate.linear import Linear
        from comity.learn.export import export
        from comity.learn.fit import fit
        from comity.learn.network import Network, pretrained_folder

        rows = load(plan, root, recipe_folder=recipe.parent)
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "torch", "train") from error
    log.info("rows: %s", ", ".join(f"{len(part):,} {split}" for split, part in rows.items()))

    pretrained = pretrained_folder()
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(plan.training.max_tokens)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(rows["train"].texts)]
    network = Network(pretrained, len(plan.criteria), plan.training.frozen_layers, plan.seed)
    fit(network, tokens, rows["train"].annotations, plan.training, plan.seed, out_dir / "checkpoint.pt")

    folder = out_dir / plan.name
    export(network, pretrained, folder)
    write_card(_draft(plan, rows, folder), folder)
    model = TextModel(Artefact.load(folder), threads=plan.training.threads)
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
    card = model.artefact.card.model_copy(
        update={
            "labels": labels,
            "combinations": combinations,
            "results": results(plan, rows["test"], scores, baseline.scores(rows["test"].texts)),
            "false_alarms": false_alarms(rows["test"], scores),
        }
    )
    write_card(card, folder)
    return Artefact.load(folder)


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


def _draft(plan: Recipe, rows: dict[str, Rows], folder: Path) -> Card:
    """The card before calibration and measurement."""
    uncalibrated = Label(calibration=Calibration(slope=1, intercept=0), positives=1, negatives=1, points=())
    return Card(
        name=plan.name,
        version=plan.version,
        summary=plan.summary,
        languages=plan.languages,
        window_tokens=plan.training.max_tokens,
        window_stride=plan.training.stride,
        base=_BASE,
        licence=_LICENCE,
        labels=dict.fromkeys(plan.criteria, uncalibrated),
        limits=plan.limits,
        data=_data_sets(plan, rows),
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
