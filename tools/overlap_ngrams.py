"""Prints how much of a templates file stands word for word in other texts, such as those of a functional suite.

`python tools/overlap_ngrams.py recipes/english-v2-templates.yaml SUITE.parquet TEXTS.yaml ...`: for each of the others
the share of the distinct 5-grams (words, lower case) of the expanded templates that its texts hold too, and a few of
them. Parquet files have a column `text`; YAML files are templates of `comity.evaluate`, or anything else with strings.
It needs the extra `train`.
"""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import yaml

from comity.evaluate import templates as evaluated
from comity.learn.templates import expand
from comity.taxonomy.categories import CATEGORIES

SIZE = 5
SHOWN = 12


def ngrams(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """The distinct runs of `SIZE` words of `texts`, in lower case."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = re.findall(r"\w+(?:['’]\w+)*", text.lower())
        found.update(zip(*(words[start:] for start in range(SIZE)), strict=False))
    return found


def texts_of(path: Path) -> Iterable[str]:
    """The texts of a Parquet file, of evaluation templates (up to 5,000 a kind), or all strings of other YAML."""
    if path.suffix == ".parquet":
        return [text or "" for text in parquet.read_table(path, columns=["text"]).column("text").to_pylist()]
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if isinstance(document, dict):
        return [row["text"] for row in evaluated.expand(path, seed=0, per_kind=5000)]
    return strings(document)


def strings(part: Any) -> Iterator[str]:
    """The strings in nested lists and mappings."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | dict):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from strings(inner)


def main() -> None:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("templates", type=Path)
    parser.add_argument("others", type=Path, nargs="+")
    parser.add_argument(
        "--seed", type=int, default=20, help="of the expansion, as in the recipe (default 20)"
    )
    arguments = parser.parse_args()

    ours = ngrams(expand(arguments.templates, tuple(CATEGORIES), arguments.seed)["text"])
    for path in arguments.others:
        shared = ours & ngrams(texts_of(path))
        share = len(shared) / len(ours)
        report = f"{path.name}: {len(shared)} of {len(ours)} distinct {SIZE}-grams, {share:.3%}"
        sys.stdout.write("\n    ".join([report, *map(" ".join, sorted(shared)[:SHOWN])]) + "\n")


if __name__ == "__main__":
    main()
