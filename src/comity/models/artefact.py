"""A model on disk: a folder {card.yaml, card.md} with model.onnx and tokenizer.json, or with weights.npz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from comity.errors import ArtefactError, NotFound
from comity.models.card import Card, read_card

PACKAGED = Path(__file__).parent / "packaged"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Loading reads the card only; `verify` reads every file."""

    folder: Path
    card: Card

    @classmethod
    def load(cls, folder: Path) -> Artefact:
        """Raises ArtefactError if a file is missing or the card cannot be read."""
        card = read_card(folder / "card.yaml")
        for name in card.files:
            if not (folder / name).is_file():
                raise ArtefactError(
                    f"model `{card.name}` lacks {name}",
                    where=str(folder),
                    next_step="Install the model again.",
                )
        return cls(folder, card)

    @property
    def model(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer.json"

    @property
    def weights(self) -> Path:
        """Of a model of n-grams."""
        return self.folder / "weights.npz"

    @property
    def digest(self) -> str:
        """SHA-256 of the card, which holds the checksums of the other files."""
        return sha256(self.folder / "card.yaml")

    def verify(self) -> None:
        """Raises ArtefactError if a file is not the one that the card was written for."""
        for name, expected in self.card.files.items():
            if sha256(self.folder / name) != expected:
                raise ArtefactError(
                    f"{name} of model `{self.card.name}` has been changed or is damaged",
                    where=str(self.folder),
                    next_step="Install the model again.",
                )


def available(user_folder: Path | None = None) -> list[Artefact]:
    """The packaged models and those in the subfolders of `user_folder`, by name; a user's model hides a packaged
    one of the same name. Raises ArtefactError.
    """
    artefacts = {artefact.card.name: artefact for artefact in _in(PACKAGED)}
    if user_folder is not None:
        artefacts |= {artefact.card.name: artefact for artefact in _in(user_folder)}
    return [artefacts[name] for name in sorted(artefacts)]


def find(name: str, user_folder: Path | None = None) -> Artefact:
    """The model called `name`. Raises NotFound, ArtefactError."""
    artefacts = available(user_folder)
    for artefact in artefacts:
        if artefact.card.name == name:
            return artefact
    names = ", ".join(artefact.card.name for artefact in artefacts) or "none is installed"
    raise NotFound(f"there is no model `{name}`", next_step=f"Models: {names}.")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _in(folder: Path) -> Iterator[Artefact]:
    for card in sorted(folder.glob("*/card.yaml")):
        yield Artefact.load(card.parent)
