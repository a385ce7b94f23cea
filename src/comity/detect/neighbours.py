"""Rules taught by example: a text that is nearly one of a rule's examples is judged as that example was.

After the k-nearest-neighbours part of "RigorLLM: Resilient Guardrails for Large Language Models against Undesired
Content" (2024).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from comity.content import FactEvidence, Item, Part, Span
from comity.content.skeleton import skeleton, skeleton_of
from comity.detect.detector import Tier
from comity.detect.embedding import NgramEmbedder
from comity.detect.examples import Examples, ExampleSet, TaughtExample, Watched
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.similar import Embedder, Vectors, nearest

NEIGHBOURS = 8
NEAR = 0.5
"""The cosine under which an example says nothing: with 200 examples 995 of 1,000 other texts stay under it."""
_SLOPE, _INTERCEPT = 1.54, -1.78  # fitted: see `score`
_SAME = 0.999


@dataclass(frozen=True, slots=True)
class _Known:
    """The examples of one rule. `vectors` (m, d), `violates` bool (m,)."""

    ids: tuple[int, ...]
    vectors: Vectors
    violates: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Index:
    revision: int
    rules: Mapping[str, _Known]
    rows: Mapping[str, NDArray[np.float32]]


class Neighbours:
    """Scores `examples:<rule id>` for each of `rules` by the nearest examples of that rule, in every text part.

    Only raises: far from every example it gives no signal, and that clears nothing. The evidence is the part and the
    number of the nearest example that breaks the rule. Examples added or removed elsewhere count within 5 seconds.
    Safe to share between threads.
    """

    name = "neighbours.v1"
    modalities = frozenset({"text"})
    languages = None
    tier = Tier.EXACT

    def __init__(
        self,
        policy: str,
        rules: Iterable[str],
        examples: Examples,
        embedder: Embedder | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.criteria = frozenset(f"examples:{rule}" for rule in rules)
        self._embedder = embedder or NgramEmbedder()
        self._watched = Watched(policy, examples, self._indexed, clock)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises the ComityError of `Examples.read` while no examples have been read."""
        index = self._watched.current()
        if not index.rules:
            return [Abstained("no rule of the policy has examples")] * len(items)
        parts = [(place, part) for place, item in enumerate(items) for part in item.text_parts]
        vectors = self._embedder.embed([skeleton_of(part).text for _, part in parts])
        signals: dict[int, dict[str, Signal]] = defaultdict(dict)
        for rule, known in index.rules.items():
            criterion = f"examples:{rule}"
            for (place, part), near, cosines in zip(
                parts, *nearest(vectors, known.vectors, NEIGHBOURS), strict=True
            ):
                signal = self._signal(criterion, part, known, near, cosines, index.revision)
                before = signals[place].get(criterion)
                if signal and (before is None or signal.score > before.score):
                    signals[place][criterion] = signal
        return [Signals(tuple(signals[place].values())) for place in range(len(items))]

    def _signal(
        self,
        criterion: str,
        part: Part,
        known: _Known,
        near: NDArray[np.int64],
        cosines: NDArray[np.float32],
        revision: int,
    ) -> Signal | None:
        breaks = known.violates[near]
        found = score(cosines, breaks)
        if found is None:
            return None
        example = known.ids[near[breaks.argmax()]]
        evidence = (Span(part.id, 0, len(part.text)), FactEvidence("example", str(example)))
        return Signal(criterion, found, f"{self.name}@{revision}", evidence=evidence)

    def _indexed(self, found: ExampleSet, last: _Index | None) -> _Index:
        """Texts that were embedded before are not embedded again."""
        before = last.rows if last else {}
        of_rule: dict[str, list[TaughtExample]] = defaultdict(list)
        for example in found.examples:
            if f"examples:{example.rule}" in self.criteria:
                of_rule[example.rule].append(example)
        texts = {example.text for examples in of_rule.values() for example in examples}
        new = sorted(texts - before.keys())
        embedded = self._embedder.embed([skeleton(text).text for text in new])
        rows = {text: before[text] for text in texts & before.keys()} | dict(zip(new, embedded, strict=True))
        rules = {
            rule: _Known(
                tuple(example.id for example in examples),
                np.stack([rows[example.text] for example in examples]),
                np.array([example.violates for example in examples]),
            )
            for rule, examples in of_rule.items()
        }
        return _Index(found.revision, rules, rows)


def score(cosines: NDArray[np.float32], breaks: NDArray[np.bool_]) -> float | None:
    """The probability that a text breaks a rule, from the rule's nearest examples, nearest first; None if no example
    that breaks it is near.

    The cosine of the nearest example that breaks the rule gives a probability by a logistic curve, and that is
    multiplied by the share of near examples that break it, each weighted by one over its distance. The curve was
    fitted on validation rows: copies of examples with disguises, typing errors, words left out or added against
    rewrites that only took the offence out, and other texts.
    """
    near = cosines >= NEAR
    if not (near & breaks).any():
        return None
    cosines = np.minimum(cosines, _SAME).astype(np.float64)
    weights = np.where(near, 1 / (1 - cosines), 0.0)
    breaking, keeping = float(weights[breaks].sum()), float(weights[~breaks].sum())
    share = breaking / (breaking + keeping)
    closest = float(cosines[breaks].max())
    return share / (1 + exp(-(_SLOPE * log(closest / (1 - closest)) + _INTERCEPT)))
