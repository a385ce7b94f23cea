"""The packaged tiny model as a detector, for where the encoder is too slow or too large."""

from __future__ import annotations

from comity.detect.encoder import Encoder
from comity.models import TextModel, find
from comity.settings import Settings


def packaged() -> Encoder:
    """`tiny.v1`: it judges what the encoder judges, many times as fast, and worse: its card says how much.
    Raises ArtefactError if it is not installed.
    """
    threads = Settings.from_environment().model_threads
    return Encoder("tiny.v1", TextModel(find("tiny-v1"), threads))
