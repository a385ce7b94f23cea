"""A community's own heads on the packaged encoder as a detector."""

from __future__ import annotations

from pathlib import Path

from comity.detect.encoder import Encoder
from comity.errors import ArtefactError
from comity.models import Artefact
from comity.models.heads_model import open_heads
from comity.settings import Settings


def heads_at(folder: Path) -> Encoder:
    """`heads.v1` on the heads that `comity train heads` wrote to `folder`.

    In its categories it stands in for the packaged encoder, which the combinations on its card say. It belongs behind
    that detector: where both have a label for a criterion, a plan takes the later one's. Raises ArtefactError for a
    folder without heads, or with heads of another encoder than the one installed.
    """
    artefact = Artefact.load(folder)
    if artefact.card.kind != "heads":
        raise ArtefactError(
            f"model `{artefact.card.name}` is no community's heads",
            where=str(folder),
            next_step="Make some with: comity train heads",
        )
    return Encoder("heads.v1", open_heads(artefact, Settings.from_environment().model_threads))
