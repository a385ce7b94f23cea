"""Examples correct the encoder: where it misjudged the examples of a rule that are like a text, its score is moved.

After the fusion of a fine-tuned model with nearest neighbours in "RigorLLM: Resilient Guardrails for Large Language
Models against Undesired Content" (2024).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from comity.content import FactEvidence, Item, Part, Span
from comity.content.normalise import canonical, canonical_of
from comity.detect.detector import Tier
from comity.detect.embedding import EncoderSpace, packaged_space
from comity.detect.examples import Examples, ExampleSet, TaughtExample, Watched
from comity.detect.signal import Abstained, Outcome, Signal, Signals
from comity.similar import Vectors, nearest

NEIGHBOURS = 32
WIDTH = 0.1
"""How fast likeness fades: an example at a cosine lower by this counts e times less."""
NOTHING = 0.01
"""What stands for nothing being known, beside the likeness of the examples, of which one that is the same has 1."""
WEIGHT = 5.27
"""Log-odds for an example that is the same text and that the encoder misjudged wholly. Fitted by
tools/fit_neighbours.py on rows of eight sets; leaving one of them out it is 4.3 to 5.6.
"""
FEWEST = 10
"""Examples of each kind that a rule must have."""
MOST = 1_000
"""Examples of a rule that are read, the last ones given: each costs a pass of the encoder when a process starts."""
_SMALLEST = 0.05
_CONFIDENT = 0.8
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Known:
    """The m examples of one rule: `vectors` (m, d) of length one around `centre` (d,), `misjudged` (m,)."""

    ids: tuple[int, ...]
    centre: NDArray[np.float32]
    vectors: Vectors
    misjudged: Floats


@dataclass(frozen=True, slots=True)
class _Index:
    """`rows`: of each text its vector, then the encoder's scores; None for a text that it cannot read."""

    revision: int
    rules: Mapping[str, _Known]
    rows: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]] | None]


class Corrections:
    """Scores `correction:<rule id>` for rules with categories that the encoder knows: the score is how likely the rule
    is broken where the encoder says one half. Over 0.5 examples raise its scores, under 0.5 they lower them.

    rules: rule → its categories. A rule needs ten examples of each kind. The evidence is the part and the number of
    the example that moved the score most. Abstains where it does not know the language. Of an item with several texts
    the highest correction counts, so that one is lowered only if all are. Examples added or removed elsewhere count
    within 5 seconds. Safe to share between threads.
    """

    name = "corrections.v1"
    modalities = frozenset({"text"})
    tier = Tier.MODEL

    def __init__(
        self,
        policy: str,
        rules: Mapping[str, Sequence[str]],
        examples: Examples,
        space: EncoderSpace | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._space = space or packaged_space()
        # A label that is judged in some roles only says nothing of an example, which has none.
        labels = self._space.card.labels.items()
        whole = {name: column for column, (name, label) in enumerate(labels) if not label.roles}
        self._columns = {
            rule: columns
            for rule, categories in rules.items()
            if (columns := [whole[category] for category in categories if category in whole])
        }
        self.criteria = frozenset(f"correction:{rule}" for rule in self._columns)
        self.languages = frozenset(self._space.card.languages)
        self.artefact_digest = self._space.digest
        self._watched = Watched(policy, examples, self._indexed, clock)

    def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """Raises ArtefactError, and the ComityError of `Examples.read` while no examples have been read."""
        index = self._watched.current()
        if not index.rules:
            return [Abstained(f"no rule has {FEWEST} examples of each kind")] * len(items)
        texts = [[(part, canonical_of(part).text) for part in item.text_parts] for item in items]
        readable = [
            self._reads("\n".join(text for _, text in parts), item.lang)
            for item, parts in zip(items, texts, strict=True)
        ]
        rows = [(place, *told) for place, parts in enumerate(texts) if readable[place] for told in parts]
        vectors = self._space.place([text for _, _, text in rows]).vectors
        found: dict[int, dict[str, Signal]] = defaultdict(dict)
        for rule, known in index.rules.items():
            criterion = f"correction:{rule}"
            moved = self._corrected(criterion, [part for _, part, _ in rows], vectors, known, index.revision)
            for (place, _, _), signal in zip(rows, moved, strict=True):
                before = found[place].get(criterion)
                if before is None or signal.score > before.score:
                    found[place][criterion] = signal
        return [
            Signals(tuple(signal for signal in found[place].values() if abs(signal.score - 0.5) >= _SMALLEST))
            if reads
            else Abstained("the encoder cannot read it")
            for place, reads in enumerate(readable)
        ]

    def _corrected(
        self,
        criterion: str,
        parts: Sequence[Part],
        vectors: NDArray[np.float32],
        known: _Known,
        revision: int,
    ) -> list[Signal]:
        if not parts:
            return []
        near, cosines = nearest(_unit(vectors - known.centre), known.vectors, NEIGHBOURS)
        misjudged = known.misjudged[near]
        most = np.argmax(likeness(cosines) * np.abs(misjudged), axis=1)
        return [
            Signal(
                criterion,
                1 / (1 + exp(-moved)),
                f"{self.name}@{revision}",
                evidence=(
                    Span(part.id, 0, len(part.text)),
                    FactEvidence("example", str(known.ids[near[row, most[row]]])),
                ),
            )
            for row, (part, moved) in enumerate(zip(parts, WEIGHT * shift(cosines, misjudged), strict=True))
        ]

    def _indexed(self, found: ExampleSet, last: _Index | None) -> _Index:
        """Texts that were read before are not read again."""
        of_rule: dict[str, list[TaughtExample]] = defaultdict(list)
        for example in found.examples:
            if example.rule in self._columns:
                of_rule[example.rule].append(example)
        of_rule = {
            rule: sorted(examples, key=lambda example: example.id)[-MOST:]
            for rule, examples in of_rule.items()
            if _enough(examples)
        }
        texts = {example.text for examples in of_rule.values() for example in examples}
        rows = {text: row for text, row in (last.rows if last else {}).items() if text in texts}
        new = sorted(texts - rows.keys())
        plain = {text: canonical(text).text for text in new}
        read = [text for text in new if self._reads(plain[text], None)]
        placed = self._space.place([plain[text] for text in read])
        rows |= dict.fromkeys(new) | dict(
            zip(read, zip(placed.vectors, placed.scores, strict=True), strict=True)
        )
        rules = {}
        for rule, examples in of_rule.items():
            kept = [example for example in examples if rows[example.text] is not None]
            if _enough(kept):
                rules[rule] = self._known(kept, rows, self._columns[rule])
        return _Index(found.revision, rules, rows)

    def _known(
        self,
        examples: Sequence[TaughtExample],
        rows: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]] | None],
        columns: Sequence[int],
    ) -> _Known:
        read = [row for example in examples if (row := rows[example.text]) is not None]
        vectors, scores = np.stack([vector for vector, _ in read]), np.stack([scores for _, scores in read])
        centre = vectors.mean(axis=0)
        return _Known(
            tuple(example.id for example in examples),
            centre,
            _unit(vectors - centre),
            misjudgements([example.violates for example in examples], scores[:, columns].max(axis=1)),
        )

    def _reads(self, text: str, lang: str | None) -> bool:
        """As the encoder decides it, so that what it does not judge is not corrected."""
        letters = len(_LETTER.findall(text))
        if not letters:
            return False
        if lang is not None:
            return self._space.card.speaks(lang)
        from comity.content.language import identify

        language = identify(text)
        if language.code is None:
            return 2 * len(_LATIN.findall(text)) >= letters
        return language.code in self.languages or language.probability < _CONFIDENT


def misjudgements(violates: Sequence[bool], scores: NDArray[np.float32]) -> Floats:
    """(m,): how much more each example breaks the rule than the encoder's scores (m,) say, beside the mean of all:
    people give examples of what they choose, and how many of them break the rule says nothing of other texts.
    """
    missed = np.asarray(violates, float) - scores
    found: Floats = missed - missed.sum() / (len(missed) + 2)
    return found


def likeness(cosines: NDArray[np.float32]) -> Floats:
    found: Floats = np.exp((cosines.astype(np.float64) - 1) / WIDTH)
    return found


def shift(cosines: NDArray[np.float32], misjudged: Floats) -> Floats:
    """(n,) in [-2, 2]: the mean of how the near examples were misjudged, by their likeness; 0 far from all.

    Both (n, k), of the nearest examples of each text.
    """
    weights = likeness(cosines)
    found: Floats = (weights * misjudged).sum(axis=1) / (weights.sum(axis=1) + NOTHING)
    return found


def _unit(vectors: NDArray[np.float32]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


def _enough(examples: Sequence[TaughtExample]) -> bool:
    breaking = sum(example.violates for example in examples)
    return min(breaking, len(examples) - breaking) >= FEWEST
