"""Rows of a recipe: texts with one annotation a criterion, NaN where nobody said."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.content.normalise import Normalised, canonical
from comity.errors import InputError
from comity.evaluate.cases import in_calibration_half
from comity.evaluate.reading import annotation
from comity.learn.recipe import Recipe, Source
from comity.learn.templates import expand

if TYPE_CHECKING:
    import pandas as pd

Spans = list[tuple[int, int]]
SPLITS = ("train", "validation", "test")
_ASCII_MARKS = re.compile(r"[\s!-/:-@\[-`{-~]+")  # emoji stay: contrast pairs differ by nothing else


@dataclass(frozen=True, slots=True)
class Rows:
    """`annotations` float32 (n, outputs) in [0, 1] or NaN; columns as the recipe's outputs; `source` ids (n,); `ids` of
    the rows in their file; `contexts`, what is read before each text, "" for nothing; `spans`, ranges of code points
    of the text, None where nobody said.

    A row made from a template has the source `templates/<group>`, and its text as its id.
    """

    texts: list[str]
    annotations: NDArray[np.float32]
    source: NDArray[np.str_]
    ids: list[str]
    contexts: list[str]
    spans: list[Spans | None]

    def __len__(self) -> int:
        return len(self.texts)

    def spread(self, most: int) -> Rows:
        """Up to `most` rows, evenly spread over all."""
        places = np.unique(np.linspace(0, len(self) - 1, min(most, len(self))).astype(int)).tolist()
        return Rows(
            [self.texts[place] for place in places],
            self.annotations[places],
            self.source[places],
            [self.ids[place] for place in places],
            [self.contexts[place] for place in places],
            [self.spans[place] for place in places],
        )

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
        sentences = expand(recipe_folder / recipe.templates, recipe.outputs, recipe.seed)
        frames.append(sentences.assign(id=sentences["text"], spans=None))
    frame = pd.concat(frames, ignore_index=True)
    plain = [canonical(text) for text in frame["text"]]
    frame["spans"] = [_moved(spans, text) for spans, text in zip(frame["spans"], plain, strict=True)]
    frame["text"] = [text.text for text in plain]
    frame["key"] = [_ASCII_MARKS.sub(" ", text.casefold()).strip() for text in frame["text"]]
    frame = frame[frame["text"].str.strip() != ""].drop_duplicates(["source", "split", "key", "context"])

    rows: dict[str, Rows] = {}
    seen: set[str] = set()
    for split in reversed(SPLITS):
        part = frame[(frame["split"] == split) & ~frame["key"].isin(seen)]
        seen |= set(part["key"])
        part = _capped(part, recipe) if split == "train" else _sampled(part, recipe)
        rows[split] = Rows(
            part["text"].tolist(),
            part[list(recipe.outputs)].to_numpy(np.float32),
            part["source"].to_numpy(np.str_),
            part["id"].tolist(),
            part["context"].tolist(),
            [spans if isinstance(spans, list) else None for spans in part["spans"]],
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
    result["context"] = _contexts(frame, source.context)
    result["spans"] = [json.loads(spans or "[]") for spans in frame["spans"]] if source.spans else None
    default = np.nan if source.others is None else source.others
    for output in recipe.outputs:
        readings = source.read.get(output)
        result[output] = default if readings is None else [annotation(readings, label) for label in labels]
    return result


def _contexts(frame: pd.DataFrame, share: float) -> list[str]:
    """The last text of each row's context for this share of the rows, chosen by their ids."""
    if not share:
        return [""] * len(frame)
    return [
        canonical(context[-1]).text if context is not None and len(context) and _place(id) < share else ""
        for id, context in zip(frame["id"], frame["context"], strict=True)
    ]


def _place(id: object) -> float:
    """The same number in [0, 1) for the same id."""
    return int.from_bytes(blake2b(str(id).encode(), digest_size=4).digest()) / 2**32


def _moved(spans: Spans | None, text: Normalised) -> Spans | None:
    """Ranges of the original text as ranges of its canonical form."""
    if not isinstance(spans, list) or not spans:
        return spans if isinstance(spans, list) else None
    inside = [
        any(start <= text.original(place, place + 1)[0] < end for start, end in spans)
        for place in range(len(text.text))
    ]
    edges = np.flatnonzero(np.diff([0, *inside, 0]))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


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
