"""Before the cascade: an item's language, and the parts that can be read out of its media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from comity.content import Item
from comity.content.language import identify
from comity.detect import Extractor, Failed, Outcome
from comity.moderator.asking import extract


def prepare(
    items: Sequence[Item], extractors: Sequence[Extractor]
) -> list[tuple[Item, Mapping[str, Outcome]]]:
    """Each item with derived parts and, if it can be told, its language; and the extractors that failed on it."""
    prepared = list(items)
    failures: list[dict[str, Outcome]] = [{} for _ in items]
    for extractor in extractors:
        having = [
            i for i, item in enumerate(prepared) if any(p.kind in extractor.modalities for p in item.parts)
        ]
        if not having:
            continue
        extracted = extract(extractor, [prepared[i] for i in having])
        for i, parts in zip(having, extracted, strict=True):
            if isinstance(parts, Failed):
                failures[i][extractor.name] = parts
            else:
                prepared[i] = prepared[i].with_parts(parts)
    return [(_with_language(item), failed) for item, failed in zip(prepared, failures, strict=True)]


def _with_language(item: Item) -> Item:
    if item.lang is not None or not item.text_parts:
        return item
    code = identify("\n".join(part.text for part in item.text_parts)).code
    return replace(item, lang=code) if code else item
