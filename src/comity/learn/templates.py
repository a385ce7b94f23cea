"""Own sentences from templates: near misses and everyday talk that the public data sets lack."""

from __future__ import annotations

import itertools
import random
import re
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from comity.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_SLOT = re.compile(r"\{(\w+)\}")
_BETWEEN = "\x1e"


def expand(path: Path, criteria: tuple[str, ...], seed: int) -> pd.DataFrame:
    """Columns text, context, source, split and one a criterion (NaN where the group does not say).

    The file has `each` (sentences drawn from one template at most), `slots` (lists of fillers) and `groups`, each with
    `id`, `read` (annotation a criterion), an optional `others` and `sentences`. A sentence may be a pair: what was said
    before, its context, and the text; a slot in both has the same filler. All sentences of one template are in the
    same split, so that the test split holds wordings that training has not seen. Raises InputError.
    """
    import pandas as pd

    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    slots: dict[str, list[str]] = document["slots"]
    records = []
    for group in document["groups"]:
        stray = {*group["read"]} - {*criteria}
        if stray:
            raise InputError(
                f"unknown criteria: {', '.join(sorted(stray))}", where=f"{path}, group {group['id']}"
            )
        annotation = {name: group["read"].get(name, group.get("others", np.nan)) for name in criteria}
        for sentence in group["sentences"]:
            template = sentence if isinstance(sentence, str) else _BETWEEN.join(sentence)
            for filled in _fill(template, slots, document["each"], seed, where=str(path)):
                context, _, text = filled.rpartition(_BETWEEN)
                source = f"templates/{group['id']}"
                records.append(
                    {"text": text, "context": context, "source": source, "split": _split(template)}
                )
                records[-1].update(annotation)
    return pd.DataFrame.from_records(records)


def _fill(template: str, slots: dict[str, list[str]], most: int, seed: int, *, where: str) -> list[str]:
    names = list(dict.fromkeys(_SLOT.findall(template)))
    unknown = [name for name in names if name not in slots]
    if unknown:
        raise InputError(f"a template uses unknown slots: {', '.join(unknown)}", where=where)
    combinations = list(itertools.product(*(slots[name] for name in names)))
    if len(combinations) > most:
        combinations = random.Random(f"{seed} {template}").sample(combinations, most)
    return [template.format(**dict(zip(names, fillers, strict=True))) for fillers in combinations]


def _split(template: str) -> str:
    place = blake2b(template.encode(), digest_size=1).digest()[0] / 256
    return "train" if place < 0.7 else "validation" if place < 0.85 else "test"
