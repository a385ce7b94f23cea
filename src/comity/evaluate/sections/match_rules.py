"""Which rule would a new example fall under? Candidates for a person to confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal
from zlib import crc32

import numpy as np

from comity.evaluate.metrics import Floats
from comity.policy import Policy, Rule

_WIDTH = 2**15
_GRAMS = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`similarity`, in [0, 1], is the cosine with the nearest of the rule's text and examples. `by` says what made the
    rule a candidate: its categories are the example's, or nothing but that similarity.
    """

    rule: str
    similarity: float
    by: Literal["categories", "similarity"]


def match_rules(
    policy: Policy, texts: Sequence[str], labels: Sequence[Mapping[str, float]], *, most: int = 3
) -> list[tuple[Candidate, ...]]:
    """For each text up to `most` candidates, best first; none where nothing is alike.

    labels: for each text, category to the share of annotators who say that it holds; it may be empty. Where rules
    watch a labelled category or the one above it (`hate` for `hate/threatening`), they are the candidates; else all
    rules are. The most similar comes first: similarity is of character n-grams, those that few of the policy's
    sentences have counting more.
    """
    live = [rule for rule in policy.rules if rule.state != "retired"]
    sentences = [(rule.id, text) for rule in live for text in _sentences(rule)]
    counts = np.array([_counts(text) for _, text in sentences]).reshape(-1, _WIDTH)
    weights = np.log((1 + len(sentences)) / (1 + (counts > 0).sum(axis=0))) + 1
    vectors = _unit(counts * weights)
    found = []
    for text, labelled in zip(texts, labels, strict=True):
        likeness = vectors @ _unit(_counts(text) * weights)
        best: dict[str, float] = {}
        for (rule, _), similarity in zip(sentences, likeness.tolist(), strict=True):
            best[rule] = max(similarity, best.get(rule, 0.0))
        found.append(_ranked(live, best, labelled)[:most])
    return found


def _ranked(
    rules: Sequence[Rule], likeness: Mapping[str, float], labels: Mapping[str, float]
) -> tuple[Candidate, ...]:
    holding = {category for category, share in labels.items() if share >= 0.5}
    kinds = holding | {category.partition("/")[0] for category in holding}
    by_category = [
        Candidate(rule.id, likeness[rule.id], "categories") for rule in rules if kinds & {*rule.categories}
    ]
    by_text = [Candidate(rule.id, likeness[rule.id], "similarity") for rule in rules if likeness[rule.id] > 0]
    return tuple(sorted(by_category or by_text, key=lambda candidate: -candidate.similarity))


def _sentences(rule: Rule) -> list[str]:
    return [rule.text, *(example.text for example in rule.examples)]


def _counts(text: str) -> Floats:
    """How often each n-gram occurs, on a logarithmic scale, in buckets of a hash: float (2 ** 15,)."""
    padded = f" {' '.join(text.casefold().split())} "
    grams = chain.from_iterable((padded[i : i + n] for i in range(len(padded) - n + 1)) for n in _GRAMS)
    buckets = np.array([crc32(gram.encode("utf-8", "surrogatepass")) % _WIDTH for gram in grams], np.intp)
    return np.log1p(np.bincount(buckets, minlength=_WIDTH))


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Floats = vectors / np.where(lengths > 0, lengths, 1)
    return unit
