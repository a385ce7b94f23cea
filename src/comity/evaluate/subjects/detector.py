"""One detector, or one model, without a policy around it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from comity.content import Item
from comity.detect import AnyDetector, AsyncDetector, Outcome, Signals
from comity.detect.encoder import Encoder
from comity.detect.registry import build
from comity.errors import InputError
from comity.evaluate.subject import Answers
from comity.evaluate.subjects.columns import score_columns, span_columns
from comity.models import Artefact, available, find
from comity.models import open_model as open_artefact
from comity.models.card import Card
from comity.moderator.asking import ask, ask_remote
from comity.moderator.prepare import prepare
from comity.settings import Settings

_CLEARS_NOTHING = "found nothing, which clears nothing"


@dataclass(frozen=True, slots=True)
class DetectorSubject:
    """What a detector says by itself: a criterion that it looked for and did not find scores 0; one that it cannot
    say no to, such as that of a word list, is not judged where it found nothing. Each item's language is identified
    first, as for a policy.
    """

    detector: AnyDetector
    name: str
    version: str
    size: float | None = None
    remote: bool = False
    learned_from: frozenset[str] = frozenset()

    def answer(self, items: Sequence[Item]) -> Answers:
        prepared = [item for item, _ in prepare(items, ())]
        outcomes = self._ask(prepared)
        signals = [outcome.signals if isinstance(outcome, Signals) else () for outcome in outcomes]
        return Answers(
            scores=score_columns([_scores(outcome) for outcome in outcomes], self.detector.criteria),
            unjudged=tuple(_why_not(outcome) for outcome in outcomes),
            spans=span_columns(items, signals),
        )

    def under(self, policy: str) -> DetectorSubject:  # noqa: ARG002 - it follows none
        return self

    def megabytes(self) -> float | None:
        return self.size

    def _ask(self, items: Sequence[Item]) -> list[Outcome]:
        if isinstance(self.detector, AsyncDetector):
            return asyncio.run(ask_remote(self.detector, items))
        return ask(self.detector, items)


def open_detector(name: str) -> DetectorSubject:
    """A registered detector. Raises NotFound, ArtefactError."""
    detector = build(name)
    digest: str | None = getattr(detector, "artefact_digest", None)
    return DetectorSubject(
        detector,
        name,
        digest[:12] if digest else version("comity"),
        megabytes_of([detector]),
        isinstance(detector, AsyncDetector),
        learned_from_of([detector]),
    )


def open_model(name: str, threads: int | None) -> DetectorSubject:
    """A model by its name or its folder, as `detect.encoder` asks it.

    The combination with the word list that its card may hold is not applied: that belongs to a plan, so put a policy
    to the test to see it. `threads`: those of one call, None for COMITY_MODEL_THREADS. Raises NotFound, InputError,
    ArtefactError.
    """
    artefact = artefact_named(name)
    artefact.verify()
    if threads is None:
        threads = Settings.from_environment().model_threads
    encoder = Encoder(f"{artefact.card.name}.{artefact.card.version}", open_artefact(artefact, threads))
    return DetectorSubject(
        encoder,
        artefact.card.name,
        artefact.digest[:12],
        _megabytes(artefact),
        learned_from=artefact.card.learned_from,
    )


def megabytes_of(detectors: Sequence[object]) -> float | None:
    """The size of the models behind `detectors`; None if none has one."""
    cards = [card for detector in detectors for card in _cards(detector)]
    return sum(_megabytes(find(card.name)) for card in cards) if cards else None


def learned_from_of(detectors: Sequence[object]) -> frozenset[str]:
    """The files that taught the models behind `detectors`."""
    return frozenset(
        path for detector in detectors for card in _cards(detector) for path in card.learned_from
    )


def _cards(detector: object) -> Sequence[Card]:
    card = getattr(detector, "card", None)
    return getattr(detector, "cards", ()) if card is None else (card,)


def artefact_named(name: str) -> Artefact:
    """A model by its name or its folder. Raises NotFound, InputError, ArtefactError."""
    folder = Path(name).expanduser()
    if any(artefact.card.name == name for artefact in available()) or not folder.exists():
        return find(name)
    if not (folder / "card.yaml").is_file():
        raise InputError(
            "the folder holds no model",
            where=name,
            next_step="Name the folder that has card.yaml, model.onnx and tokenizer.json.",
        )
    return Artefact.load(folder)


def _megabytes(artefact: Artefact) -> float:
    return sum((artefact.folder / name).stat().st_size for name in artefact.card.files) / 1e6


def _scores(outcome: Outcome) -> Mapping[str, float]:
    if not isinstance(outcome, Signals):
        return {}
    scores = dict.fromkeys(outcome.judged, 0.0)
    for signal in outcome.signals:
        scores[signal.criterion] = max(signal.score, scores.get(signal.criterion, 0.0))
    return scores


def _why_not(outcome: Outcome) -> str:
    if not isinstance(outcome, Signals):
        return outcome.reason
    return "" if outcome.signals or outcome.judged else _CLEARS_NOTHING
