"""The table of detectors: a name and the dotted path of what builds it, imported on first use.

Adding a detector is one file in `comity/detect/` and one line here. Packages outside register the same pair under
the entry-point group `comity.detectors`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from comity.detect.detector import AnyDetector
from comity.errors import ArtefactError, NotFound

DETECTORS: dict[str, str] = {
    "lexicon.v1": "comity.detect.lexicon:packaged",
    "url.v1": "comity.detect.url:packaged",
    "encoder.v2": "comity.detect.uncovered:packaged",
    "targets.v1": "comity.detect.targets:packaged",
    "ngrams.v1": "comity.detect.ngrams:packaged",
    "camouflage.v1": "comity.detect.camouflage:Camouflage",
}
STAND_INS: dict[str, str] = {"tiny.v1": "comity.detect.tiny:packaged"}
"""Those that take another one's place in a plan: built by name, and asked only where a caller puts them."""
ENTRY_POINT_GROUP = "comity.detectors"


def names() -> tuple[str, ...]:
    """The names of all registered detectors but the stand-ins, built-in ones first."""
    return tuple({**DETECTORS, **_third_party()})


def build(name: str) -> AnyDetector:
    """The detector registered as `name`. Raises NotFound, or ArtefactError if it calls itself something else."""
    path = {**_third_party(), **STAND_INS, **DETECTORS}.get(name)
    if path is None:
        raise NotFound(f"there is no detector `{name}`", next_step=f"Use one of {', '.join(names())}.")
    module, _, attribute = path.partition(":")
    factory = cast(Callable[[], AnyDetector], getattr(import_module(module), attribute))
    detector = factory()
    if detector.name != name:
        raise ArtefactError(f"the detector registered as `{name}` is called `{detector.name}`", where=path)
    return detector


def _third_party() -> dict[str, str]:
    return {entry.name: entry.value for entry in entry_points(group=ENTRY_POINT_GROUP)}
