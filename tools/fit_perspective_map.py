"""Fits the packaged map from our scores to Perspective's, and writes its figures into the docs.

`python tools/fit_perspective_map.py --data ./data`, again for each new packaged model. It needs the extra `train`.

A map is fitted on the validation rows of openly licensed sets of people's texts that carry Perspective's scores; no
model was trained on them. The figures are of their test rows, and of two sets that only measure: texts written by
language models, one of them without a licence.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.progress import track

from comity.content import Item
from comity.evaluate.score_map import Figures, ScoreMap, measure
from comity.models import find
from comity.moderator import Moderator
from comity.serve.perspective.attributes import CRITERIA
from comity.serve.perspective.judge import judgements, wanted
from comity.serve.perspective.score_maps import PACKAGED, ScoreMaps

DOCS = Path(__file__).parent.parent / "docs" / "migrate-perspective.md"
BEGIN, END = "<!-- figures: written by tools/fit_perspective_map.py -->", "<!-- end of figures -->"
ATTRIBUTES = (
    *("TOXICITY", "SEVERE_TOXICITY", "INSULT", "PROFANITY", "IDENTITY_ATTACK", "THREAT", "SEXUALLY_EXPLICIT"),
)
THRESHOLDS = (0.5, 0.7, 0.8, 0.9)
BATCH = 512
PROMPTS, CHALLENGING, WIKIPEDIA, SIMULATED = (
    "RealToxicityPrompts",
    "challenging prompts",
    "Wikipedia talk",
    "simulated debates",
)
FITS = (PROMPTS, WIKIPEDIA)
MEASURES = (*FITS, CHALLENGING, SIMULATED)


@dataclass(frozen=True, slots=True)
class Row:
    """`theirs`: attribute → Perspective's score."""

    source: str
    split: str
    text: str
    theirs: dict[str, float]


def rows_of(data: Path) -> Iterator[Row]:
    for source, name in (
        (PROMPTS, "llm/realtoxicityprompts_decodingtrust.parquet"),
        (CHALLENGING, "llm/decodingtrust_challenging_prompts.parquet"),
    ):
        for record in _unseen(data / name):
            labels = {key.upper(): value for key, value in json.loads(record.labels).items()}
            yield Row(
                source, record.split, record.text, {key: labels[key] for key in ATTRIBUTES if key in labels}
            )
    for record in _unseen(data / "text/context_toxicity.parquet"):
        score = json.loads(record.extra).get("perspective_api_score")
        if score is not None:
            yield Row(WIKIPEDIA, record.split, record.text, {"TOXICITY": score})
    for record in _unseen(data / "seeds/vmd_synthetic_discussions.parquet"):
        for turn in json.loads(record.turns) if record.split == "test" else ():
            if turn["text"].strip() and turn["perspective_toxicity"] is not None:
                yield Row(SIMULATED, record.split, turn["text"], {"TOXICITY": turn["perspective_toxicity"]})


def _unseen(path: Path) -> Iterator[Any]:
    """The rows that taught no model."""
    frame = pd.read_parquet(path)
    return frame[frame["split"] != "train"].itertuples()


def score(rows: list[Row]) -> list[dict[str, float]]:
    """Our scores without a map, each text read as English."""
    found: list[dict[str, float]] = []
    with Moderator("community") as moderator:
        for first in track(range(0, len(rows), BATCH), "scoring"):
            items = [Item.text(row.text, lang="en") for row in rows[first : first + BATCH]]
            decisions = moderator.moderate_many(items, want=wanted(ATTRIBUTES))
            for judged in judgements(moderator.plan, decisions, ATTRIBUTES):
                found.append({name: one.score or 0.0 for name, one in judged.items()})
    return found


def pairs(
    rows: list[Row], ours: list[dict[str, float]], attribute: str, sources: tuple[str, ...], split: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(2, n): our scores and theirs."""
    chosen = [
        (own[attribute], row.theirs[attribute])
        for row, own in zip(rows, ours, strict=True)
        if row.source in sources and row.split == split and attribute in row.theirs
    ]
    return np.array(chosen, float).reshape(-1, 2).T


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of data sets")
    rows = list(rows_of(parser.parse_args().data))
    ours = score(rows)
    maps = {name: ScoreMap.fit(*pairs(rows, ours, name, FITS, "validation")) for name in ATTRIBUTES}
    model = find("english-v2")
    fitted_to = f"{model.card.name} {model.card.version} {model.digest[:12]}"
    PACKAGED.write_text(
        ScoreMaps(maps, fitted_to).text("Made by tools/fit_perspective_map.py; edit that, not this."), "utf-8"
    )
    lines = [f"Fitted to `{fitted_to}`.", "", *_ranking(maps, rows, ours), "", *_decisions(maps, rows, ours)]
    text = DOCS.read_text("utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    DOCS.write_text("\n".join([before + BEGIN, *lines, after]), "utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


def _measured(
    maps: dict[str, ScoreMap], rows: list[Row], ours: list[dict[str, float]]
) -> Iterator[tuple[str, str, Figures, Figures]]:
    """Attribute, source, and the figures of mapped and of unmapped scores on its test rows."""
    for name, score_map in maps.items():
        for source in MEASURES:
            own, theirs = pairs(rows, ours, name, (source,), "test")
            if own.size:
                yield (
                    name,
                    source,
                    measure(score_map, own, theirs, THRESHOLDS),
                    measure(ScoreMap(), own, theirs, THRESHOLDS),
                )


def _ranking(maps: dict[str, ScoreMap], rows: list[Row], ours: list[dict[str, float]]) -> Iterator[str]:
    yield "| attribute | rows from | n | judged by | rank correlation | mean error | without the map |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, source, mapped, plain in _measured(maps, rows, ours):
        yield (
            f"| `{name}` | {source} | {mapped.rows:,} | {', '.join(CRITERIA[name])} | {mapped.spearman:.2f} "
            f"| {mapped.error:.3f} | {plain.error:.3f} |"
        )


def _decisions(maps: dict[str, ScoreMap], rows: list[Row], ours: list[dict[str, float]]) -> Iterator[str]:
    yield "| attribute | rows from | n | " + " | ".join(f"at {at}" for at in THRESHOLDS) + " |"
    yield "| --- | --- | --- | " + " | ".join("---" for _ in THRESHOLDS) + " |"
    for name, source, mapped, _ in _measured(maps, rows, ours):
        cells = (
            f"{100 * at.agreement.value:.1f} [{100 * at.agreement.low:.1f}, {100 * at.agreement.high:.1f}]; "
            f"{100 * at.ours:.1f}/{100 * at.theirs:.1f}; {_percent(at.recall)}"
            for at in mapped.at
        )
        yield f"| `{name}` | {source} | {mapped.rows:,} | " + " | ".join(cells) + " |"


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.0f}"


if __name__ == "__main__":
    main()
