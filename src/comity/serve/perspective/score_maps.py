"""Maps from our scores to Perspective's, one for each attribute, in a YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from comity.errors import InputError
from comity.evaluate.score_map import ScoreMap
from comity.serve.perspective.attributes import KNOWN, canonical

PACKAGED = Path(__file__).parent / "score_maps.yaml"
_IDENTITY = ScoreMap()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    fitted_to: str
    attributes: dict[str, list[tuple[float, float]]]


class ScoreMaps:
    """An attribute without a map of its own keeps our score as it is. `fitted_to` says which scores they take."""

    def __init__(self, maps: Mapping[str, ScoreMap], fitted_to: str = "") -> None:
        self._maps = dict(maps)
        self.fitted_to = fitted_to

    def of(self, attribute: str) -> ScoreMap:
        return self._maps.get(canonical(attribute), _IDENTITY)

    @classmethod
    def read(cls, path: Path) -> ScoreMaps:
        """Raises InputError that says what is wrong with the file."""
        try:
            content = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
            unknown = [name for name in content.attributes if name not in KNOWN]
            if unknown:
                raise InputError(f"Perspective had no attribute `{unknown[0][:64]}`")
            maps = {name: ScoreMap(tuple(knots)) for name, knots in content.attributes.items()}
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, InputError) as error:
            what = error.what if isinstance(error, InputError) else "it is no file of score maps"
            step = "Make one with: comity migrate perspective LOG.csv"
            raise InputError(what, where=str(path), next_step=step) from None
        return cls(maps, content.fitted_to)

    @classmethod
    def load(cls, path: Path | None = None) -> ScoreMaps:
        """The packaged maps; those in the file at `path` take their places."""
        packaged = _packaged()
        if path is None:
            return packaged
        own = cls.read(path)
        return cls({**packaged._maps, **own._maps}, own.fitted_to)

    def text(self, comment: str) -> str:
        """What a file of these maps holds, under a first line of `comment`."""
        lines = [f"# {comment}", "version: 1", f"fitted_to: {self.fitted_to}", "attributes:"]
        for attribute, score_map in sorted(self._maps.items()):
            lines.append(f"  {attribute}:  # our score, Perspective's score")
            lines += [f"    - [{ours:g}, {theirs:g}]" for ours, theirs in score_map.knots]
        return "\n".join(lines) + "\n"


@cache
def _packaged() -> ScoreMaps:
    return ScoreMaps.read(PACKAGED)
