"""Rows of a recipe: texts with one annotation a criterion, NaN where nobody said."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.content.normalise import canonical
from comity.errors import InputError
from comity.evaluate.cases import in_calibration_half
from comity.evaluate.reading import annotation
from comity.learn.recipe import Recipe, Source
from comity.learn.templates import expand

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "validation", "test")
_ASCII_MARKS = re.compile(r"[\s!-/:-@\[-`{-~]+")  # emoji stay: contrast pairs differ by nothing else


@dataclass(frozen=True, slots=True)
class Rows:
    """`annotations` float32 (n, k) in [0, 1] or NaN; columns as the recipe's criteria; `source` ids (n,); `ids` of the
    rows in their file.

    A row made from a template has the source `templates/<group>`, and its text as its id.
    """

    texts: list[str]
    annotations: NDArray[np.float32]
    source: NDArray[np.str_]
    ids: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def family(self) -> NDArray[np.str_]:
        """The source, with all templates as one."""
        return np.array([source.partition("/")[0] for source in self.source.tolist()])


def load(recipe: Recipe, data_root: Path, *, recipe_folder: Path) -> dict[str, Rows]:
    """`train`, `validation` and `test` rows. No text of a later split, compared without case and punctuation, stands
    in an earlier one: test rows win. Raises InputError for a missing file or column.
    """
    import pandas as pd

    frames = [_read(source, recipe, data_root) for source in recipe.sources]
    if recipe.templates:
        sentences = expand(recipe_folder / recipe.templates, recipe.criteria, recipe.seed)
        frames.append(sentences.assign(id=sentences["text"]))
    frame = pd.concat(frames, ignore_index=True)
    frame["text"] = [canonical(text).text for text in frame["text"]]
    frame["key"] = [_ASCII_MARKS.sub(" ", text.casefold()).strip() for text in frame["text"]]
    frame = frame[frame["text"].str.strip() != ""].drop_duplicates(["source", "split", "key"])

    rows: dict[str, Rows] = {}
    seen: set[str] = set()
    for split in reversed(SPLITS):
        part = frame[(frame["split"] == split) & ~frame["key"].isin(seen)]
        seen |= set(part["key"])
        part = _capped(part, recipe) if split == "train" else _sampled(part, recipe)
        rows[split] = Rows(
            part["text"].tolist(),
            part[list(recipe.criteria)].to_numpy(np.float32),
            part["source"].to_numpy(np.str_),
            part["id"].tolist(),
        )
    return rows


def _read(source: Source, recipe: Recipe, data_root: Path) -> pd.DataFrame:
    import pandas as pd

    path = data_root / source.path
    if not path.is_file():
        raise InputError(
            f"the data of source `{source.id}` is missing",
            where=str(path),
            next_step="Point --data or COMITY_DATA at the folder that holds it.",
        )
    frame = pd.read_parquet(path)
    missing = {"text", "lang", "split", "labels"} - {*frame.columns}
    if missing:
        raise InputError(f"columns are missing: {', '.join(sorted(missing))}", where=str(path))
    frame["labels"] = frame["labels"].map(json.loads)
    kept = frame["lang"].isin(recipe.languages) | frame["lang"].str.split("-").str[0].isin(recipe.languages)
    for name, allowed in source.where.items():
        kept &= frame["labels"].map(lambda label, name=name: label.get(name)).isin(allowed)
    if source.use == "evaluate":
        kept &= frame["split"].isin(source.splits)
    if "id" not in frame:
        frame["id"] = [f"row-{number}" for number in range(len(frame))]
    frame = frame[kept]
    labels = frame["labels"].tolist()
    result = frame[["text", "id"]].reset_index(drop=True).assign(source=source.id)
    result["split"] = "test" if source.use == "evaluate" else _parts(frame, source)
    default = np.nan if source.others is None else source.others
    for criterion in recipe.criteria:
        readings = source.read.get(criterion)
        result[criterion] = default if readings is None else [annotation(readings, label) for label in labels]
    return result


def _parts(frame: pd.DataFrame, source: Source) -> list[str]:
    halves = ("train", "validation")
    named = (source.splits_as.get(split, split) for split in frame["split"])
    return [
        halves[in_calibration_half(id)] if part == "halved" else part
        for part, id in zip(named, frame["id"], strict=True)
    ]


def _sampled(part: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """At most `evaluation_cap` rows a source."""
    shuffled = part.sample(frac=1, random_state=recipe.seed)
    return shuffled.groupby("source").head(recipe.evaluation_cap).sort_index()


def _capped(train: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for source in recipe.sources:
        part = train[train["source"] == source.id]
        if source.cap is not None and len(part) > source.cap:
            first = (
                (part[list(source.keep)] >= 0.5).any(axis=1) if source.keep else pd.Series(False, part.index)
            )
            rest = part[~first]
            room = max(0, source.cap - int(first.sum()))
            part = pd.concat([part[first], rest.sample(min(room, len(rest)), random_state=recipe.seed)])
        parts.append(part)
    named = {source.id for source in recipe.sources}
    return pd.concat([*parts, train[~train["source"].isin(named)]], ignore_index=True)
