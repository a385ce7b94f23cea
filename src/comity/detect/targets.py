"""Whom hate is aimed at, by packaged heads on the packaged encoder."""

from __future__ import annotations

from comity.detect.encoder import Encoder
from comity.models import find
from comity.models.heads_model import open_heads
from comity.settings import Settings


def packaged() -> Encoder:
    """`targets.v1`: the kinds of `hate`, each for one target. A text costs as much again as in the encoder, so that it
    is asked only for these. Raises ArtefactError if the heads, or the encoder that they were fitted on, are missing.
    """
    threads = Settings.from_environment().model_threads
    return Encoder("targets.v1", open_heads(find("english-v2-targets"), threads))
