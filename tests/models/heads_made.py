"""Heads made by hand: they point from calm texts to rude ones, so that tests need no training."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from comity.learn.heads_card import write_heads
from comity.learn.ordinal import OrdinalHead
from comity.learn.write_card import uncalibrated
from comity.models import Artefact, find
from comity.models.card import Calibration
from comity.models.embedding import EncoderEmbedding

ENCODER = "english-v2"
RUDE = ("You are a pathetic idiot.", "What a stupid liar you are.", "Shut up, you moron.")
CALM = ("The tomatoes are ripe.", "When does the market open?", "Thank you for the seeds.")


def make_heads(
    folder: Path, criterion: str = "insult", *, graded: bool = True, embedding: str = ""
) -> Artefact:
    """One head, calibrated so that a calm text is about 0.05 and a rude one 0.95; grades 2 and 3 lie beyond."""
    encoder = EncoderEmbedding(find(ENCODER), threads=1)
    rude, calm = (encoder.embed(texts).vectors.mean(axis=0).astype(float) for texts in (RUDE, CALM))
    way = (rude - calm) / ((rude - calm) @ (rude - calm)) * 6
    middle = float(way @ (rude + calm) / 2)
    steps = {2: Calibration(slope=1, intercept=0), 3: Calibration(slope=1, intercept=0)} if graded else {}
    thresholds = np.array([middle, middle + 1.5, middle + 9][: 1 + len(steps)])
    write_heads(
        folder,
        "made.csv",
        encoder.encoder.card,
        embedding or encoder.digest,
        {criterion: (OrdinalHead(way, thresholds), uncalibrated().model_copy(update={"steps": steps}))},
        (),
        {},
        (200, 50),
    )
    return Artefact.load(folder)
