"""From a recipe and data to an artefact: a network, fine-tuned or from nothing, or a linear model of n-grams.

rows ─▶ fit ─▶ export ─▶ calibrate (validation) ─▶ measure (test, beside the baseline) ─▶ card
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from comity.detect.lexicon import packaged as packaged_lexicon
from comity.errors import InputError, MissingExtra
from comity.learn.calibrate_card import calibrate_card, context_of, draft_marking
from comity.learn.combine import combine
from comity.learn.measure import false_alarms, results
from comity.learn.recipe import (
    EncoderTraining,
    NgramTraining,
    Recipe,
    TinyTraining,
    read_recipe,
    recipe_text,
)
from comity.learn.rows import Rows, load
from comity.learn.write_card import LICENCE, uncalibrated, write_card
from comity.models import Artefact, TextModel
from comity.models.artefact import sha256
from comity.models.card import Card, DataSet, Label
from comity.models.text_model import calibrated
from comity.models.text_network import TextNetwork

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn

log = logging.getLogger(__name__)
_ROUNDED = 1_000
_BASE = {
    EncoderTraining: "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
    TinyTraining: "none: words and weights are learned from the data below",
}


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
            card = _train_network(plan, plan.training, rows, data, folder)
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "torch", "train") from error
    write_card(card, folder)
    return Artefact.load(folder)


def _untrained(
    plan: Recipe, training: EncoderTraining | TinyTraining, texts: Sequence[str]
) -> tuple[nn.Module, Tokenizer]:
    """The network, and the tokenizer that `texts` gave it or added to."""
    if isinstance(training, TinyTraining):
        from comity.learn.own_tokenizer import own_tokenizer
        from comity.learn.tiny_network import TinyNetwork

        tokenizer = own_tokenizer(texts, training.vocabulary)
        tiny = TinyNetwork(
            vocabulary=tokenizer.get_vocab_size(),
            positions=training.max_tokens + training.context_tokens + 1,
            outputs=len(plan.outputs),
            width=training.width,
            layers=training.layers,
            heads=training.heads,
            seed=plan.seed,
        )
        return tiny, tokenizer

    from comity.learn.emoji_tokens import with_emoji
    from comity.learn.network import Network, pretrained_folder

    pretrained = pretrained_folder()
    tokenizer, meanings = with_emoji(pretrained / "tokenizer.json", texts)
    network = Network(pretrained, len(plan.outputs), training.frozen_layers, plan.seed)
    network.redefine(meanings)
    return network, tokenizer


def _train_network(
    plan: Recipe,
    training: EncoderTraining | TinyTraining,
    rows: dict[str, Rows],
    data: tuple[DataSet, ...],
    folder: Path,
) -> Card:
    """Writes the network to `folder`, and its checkpoints beside that."""
    from comity.evaluate.linear import Linear
    from comity.learn.export import export, rounding
    from comity.learn.fit import fit
    from comity.learn.lessons import lessons

    learned, validation, test = rows["train"], rows["validation"], rows["test"]
    network, tokenizer = _untrained(plan, training, learned.texts)
    taught = lessons(learned, tokenizer, training)
    fit(network, taught, training, plan.seed, folder.parent / "checkpoint.pt")

    export(network, tokenizer, folder)
    write_card(_draft(plan, training, data, folder), folder)
    artefact = Artefact.load(folder)
    model = TextModel(artefact, threads=training.threads)
    tried = lessons(validation.spread(_ROUNDED), tokenizer, training).tokens
    exported = np.stack(TextNetwork(artefact, training.threads).run(tried, ["logits"])[0])
    read = model.read(validation.texts, validation.contexts)
    card = calibrate_card(plan, model, read, validation)
    k = len(plan.criteria)
    combinations = combine(
        plan.criteria,
        calibrated(read.outputs, card.calibrations)[:, :k],
        validation.annotations[:, :k],
        validation.texts,
        packaged_lexicon(),
    )
    log.info("calibrated; measuring on %d test rows", len(test))
    baseline = Linear(plan.seed).fit(learned.texts, learned.annotations[:, :k])
    scores = calibrated(model.read(test.texts, test.contexts).outputs, card.calibrations)[:, :k]
    return card.model_copy(
        update={
            "rounding": round(rounding(network, tried, exported), 5),
            "combinations": combinations,
            "results": results(plan, test, scores, baseline.scores(test.texts)),
            "false_alarms": false_alarms(test, scores),
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
    text = recipe_text(recipe)
    if mark.exists() and mark.read_bytes() != text:
        raise InputError(
            "the folder holds the training of another recipe",
            where=str(out_dir),
            next_step="Use an empty folder.",
        )
    mark.write_bytes(text)


def _draft(
    plan: Recipe, training: EncoderTraining | TinyTraining, data: tuple[DataSet, ...], folder: Path
) -> Card:
    """The card before calibration and measurement."""
    return Card(
        name=plan.name,
        version=plan.version,
        summary=plan.summary,
        languages=plan.languages,
        window_tokens=training.max_tokens,
        window_stride=training.stride,
        base=_BASE[type(training)],
        licence=LICENCE,
        labels={criterion: _unfitted(plan, criterion) for criterion in plan.criteria},
        context=context_of(plan, training.context_tokens),
        marking=draft_marking(plan),
        limits=plan.limits,
        data=data,
        files={name: sha256(folder / name) for name in ("model.onnx", "tokenizer.json")},
    )


def _unfitted(plan: Recipe, criterion: str) -> Label:
    steps = [step.partition(">=") for step in plan.steps]
    none = uncalibrated()
    return none.model_copy(
        update={
            "steps": {int(severity): none.calibration for name, _, severity in steps if name == criterion}
        }
    )


def _data_sets(plan: Recipe, rows: dict[str, Rows]) -> tuple[DataSet, ...]:
    counts = {
        split: dict(zip(*np.unique(part.family, return_counts=True), strict=True))
        for split, part in rows.items()
    }
    described = [(source.id, source.path, source.licence, source.note) for source in plan.sources]
    if plan.templates:
        described.append(("templates", "", "Apache-2.0 (own)", f"Generated from {plan.templates}."))
    return tuple(
        DataSet(
            id=id,
            path=path,
            licence=licence,
            note=note,
            **{split: int(counts[split].get(id, 0)) for split in ("train", "validation", "test")},
        )
        for id, path, licence, note in described
    )
