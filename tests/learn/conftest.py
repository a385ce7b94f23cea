import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

RECIPE = {
    "name": "tiny",
    "version": "0.0.1",
    "summary": "A model for tests.",
    "languages": ["en"],
    "criteria": ["insult", "spam"],
    "seed": 1,
    "evaluation_cap": 100,
    "training": {
        "frozen_layers": 6,
        "max_tokens": 16,
        "stride": 4,
        "epochs": 20,
        "batch_tokens": 256,
        "encoder_rate": 1e-4,
        "head_rate": 5e-2,
        "weight_decay": 0.0,
        "warmup": 0.1,
        "threads": 1,
    },
    "sources": [],
}


NGRAMS = {
    "kind": "ngrams",
    "features": {"words": 2, "letters": [2, 4], "buckets": 4096},
    "window_words": 32,
    "window_stride": 8,
    "strengths": [1, 8],
    "folds": 3,
    "prevalence": 0.4,
}


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path)


class Workshop:
    """A folder with data sets and a recipe on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = folder / "recipe.yaml"
        self.sources = []

    def add(self, name, rows, **source):
        """A source of rows (text, split, labels). `lang` is the same in every row; `id`, `context` and `marked` (spans)
        list those of the rows. `share` is the recipe's share of rows with context.
        """
        columns = ("text", "split", "labels")
        frame = pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], columns=columns)
        frame["labels"] = frame["labels"].map(json.dumps)
        frame["lang"] = source.pop("lang", "en")
        ids = source.pop("id", None)
        if ids is not None:
            frame["id"] = ids
        frame["context"] = source.pop("context", None)
        frame["spans"] = [json.dumps(spans) for spans in source.pop("marked", [[]] * len(rows))]
        source["context"] = source.pop("share", 0)
        frame.to_parquet(self.folder / f"{name}.parquet")
        self.sources.append({"id": name, "path": f"{name}.parquet", "licence": "CC0", "read": {}} | source)

    def write(self, **changes):
        document = RECIPE | {"sources": self.sources} | changes
        self.recipe.write_text(yaml.safe_dump(document))
        return self.recipe
