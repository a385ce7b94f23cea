"""Rows that say whether a text is hateful and at whom, read as the recipe of tools/fit_targets.py says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict

from comity.content.normalise import canonical
from comity.evaluate.cases import in_calibration_half
from comity.evaluate.reading import Readings, annotation
from comity.learn.recipe import read_recipe
from comity.learn.rows import Rows
from comity.learn.templates import expand

SPLITS = ("train", "validation", "test")
_MARKS = re.compile(r"[\s!-/:-@\[-`{-~]+")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    id: str
    path: str
    licence: str
    hate: Readings
    field: str | None = None
    flags: tuple[str, ...] = ()
    groups: dict[str, str | tuple[str, ...]] = {}
    only: tuple[str, ...] = ()
    splits_as: dict[str, str] = {}
    cap: int | None = None
    use: Literal["train", "evaluate"] = "train"
    note: str = ""


class Templates(_Strict):
    of: str
    groups: tuple[str, ...]


class TargetsRecipe(_Strict):
    """What the comments at the head of recipes/english-v2-targets.yaml say."""

    name: str
    version: str
    summary: str
    base: str
    languages: tuple[str, ...]
    criteria: tuple[str, ...]
    seed: int
    evaluation_cap: int
    strengths: tuple[float, ...]
    limits: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    templates: Templates
    sources: tuple[Source, ...]


class Words:
    """Finds the kinds of hate whose words stand in a text; of words that overlap the longest counts."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self._kinds = {word.casefold(): kinds for kinds, several in words.items() for word in several}
        longest_first = sorted(self._kinds, key=len, reverse=True)
        self._pattern = re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)

    def said(self, text: str) -> set[str]:
        return {self._kinds[found.casefold()] for found in self._pattern.findall(text)}


def read(path: Path, data_root: Path) -> tuple[TargetsRecipe, dict[str, Rows]]:
    """The recipe, and its rows of each split; no text of a later split stands in an earlier one."""
    recipe = TargetsRecipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    words = Words(recipe.words)
    frame = pd.concat(
        [
            *(_source(source, recipe, words, data_root) for source in recipe.sources),
            _templates(recipe, words, path.parent),
        ],
        ignore_index=True,
    )
    frame["text"] = [canonical(text).text for text in frame["text"]]
    frame["key"] = [_MARKS.sub(" ", text.casefold()).strip() for text in frame["text"]]
    frame = frame[frame["key"] != ""].drop_duplicates(["source", "split", "key"])
    caps = {source.id: source.cap for source in recipe.sources}
    harmless = {source.id for source in recipe.sources if not source.groups}
    whole = {source.id for source in recipe.sources if source.use == "evaluate"}
    rows: dict[str, Rows] = {}
    seen: set[str] = set()
    for split in reversed(SPLITS):
        part = frame[(frame["split"] == split) & ~frame["key"].isin(seen)]
        seen |= {*part["key"]}
        shuffled = part.sample(frac=1, random_state=recipe.seed)
        drawn = []
        for id, group in shuffled.groupby("family", sort=False):
            cap = caps.get(str(id)) if split == "train" or id in whole else recipe.evaluation_cap
            if id in harmless and split != "train":
                cap = recipe.evaluation_cap // 2
            drawn.append(group.head(cap or len(group)))
        part = pd.concat(drawn)
        rows[split] = Rows(
            part["text"].tolist(),
            part[list(recipe.criteria)].to_numpy(np.float32),
            part["source"].to_numpy(np.str_),
            part["id"].tolist(),
            [""] * len(part),
            [None] * len(part),
        )
    return recipe, rows


def _source(source: Source, recipe: TargetsRecipe, words: Words, data_root: Path) -> pd.DataFrame:
    frame = pd.read_parquet(data_root / source.path)
    spoken = frame["lang"].str.split("-").str[0]
    frame = frame[spoken.isin(recipe.languages)].sample(frac=1, random_state=recipe.seed)
    records = []
    for row in frame.itertuples():
        id = str(row.id)
        fields = json.loads(row.labels) | _extra(row.extra)
        part = "test" if source.use == "evaluate" else source.splits_as.get(row.split, row.split)
        if part == "halved":
            part = SPLITS[in_calibration_half(id)]
        hate = annotation(source.hate, fields)
        if source.use == "evaluate" and np.isnan(hate):
            continue
        kinds = _kinds_of(_targets(source, fields), source, words.said(row.text), recipe.criteria)
        label = {name: _both(hate, kinds[name]) for name in recipe.criteria}
        if source.only:
            label = {name: value if name in source.only else np.nan for name, value in label.items()}
        records.append({"text": row.text, "id": id, "split": part, **label})
    read = pd.DataFrame.from_records(records).assign(source=source.id, family=source.id)
    read = read[read[list(recipe.criteria)].notna().any(axis=1)]
    # Twice as many as are drawn, in case that some repeat others: reading them costs time.
    return read.groupby("split").head(2 * (source.cap or len(read)))


def _extra(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else {}


def _targets(source: Source, fields: Mapping[str, Any]) -> list[str] | None:
    """The groups that a source names, None if it does not say."""
    if source.field is not None:
        value = fields.get(source.field)
        several = value if isinstance(value, list) else [value]
        return None if value is None else [str(one) for one in several]
    if source.flags:
        known = [name for name in source.flags if name in fields]
        named = [name for name in known if fields[name] >= 0.5]
        return named or None
    return [""] if "" in source.groups else None


def _kinds_of(
    targets: list[str] | None, source: Source, said: set[str], criteria: tuple[str, ...]
) -> dict[str, float]:
    """For each criterion whether the target is of that kind: 1, 0, or NaN."""
    if targets is None or any(target not in source.groups for target in targets):
        return dict.fromkeys(criteria, np.nan)
    found = dict.fromkeys(criteria, 0.0)
    for target in targets:
        meant = source.groups[target]
        told = _of_words(meant, said) if isinstance(meant, tuple) else _parsed(meant)
        for kind, value in told.items():
            found[f"hate/{kind}"] = _either(found[f"hate/{kind}"], value)
    return found


def _parsed(kinds: str) -> dict[str, float]:
    return {kind.rstrip("?"): np.nan if kind.endswith("?") else 1.0 for kind in kinds.split()}


def _of_words(possible: tuple[str, ...], said: set[str]) -> dict[str, float]:
    """Those of the possible kinds that the words say; all of them are unknown if none does."""
    certain = {kind for kinds in said for kind, value in _parsed(kinds).items() if value == 1}
    named = [kind for kind in possible if kind in certain]
    return dict.fromkeys(named, 1.0) if named else dict.fromkeys(possible, np.nan)


def _both(hate: float, kind: float) -> float:
    """Whether both hold: 0 where one does not, NaN where that is not known."""
    return 0.0 if 0.0 in (hate, kind) else hate * kind


def _either(one: float, other: float) -> float:
    """Whether one holds: 1 if one does, NaN where that is not known."""
    return 1.0 if 1.0 in (one, other) else one + other


def _templates(recipe: TargetsRecipe, words: Words, folder: Path) -> pd.DataFrame:
    """The sentences that taught the encoder, in the same splits; their targets are told by their words."""
    base = read_recipe(folder / recipe.templates.of)
    assert base.templates is not None
    frame = expand(folder / base.templates, base.outputs, base.seed)
    wanted = {f"templates/{group}" for group in recipe.templates.groups}
    frame = frame[frame["source"].isin(wanted) & frame["hate"].notna()].reset_index(drop=True)
    for name in recipe.criteria:
        frame[name] = [
            _both(hate, _worded(words.said(text), name))
            for text, hate in zip(frame["text"], frame["hate"], strict=True)
        ]
    columns = ["text", "source", "split", *recipe.criteria]
    frame = frame[frame[list(recipe.criteria)].notna().any(axis=1)]
    return frame[columns].assign(id=frame["text"], family="templates")


def _worded(said: set[str], name: str) -> float:
    values = [_parsed(kinds).get(name.removeprefix("hate/"), 0.0) for kinds in said]
    return reduce(_either, values) if values else np.nan
