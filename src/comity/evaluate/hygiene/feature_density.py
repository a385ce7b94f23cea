"""How much a classifier may be expected to learn from a data set, before it is trained.

Feature density is the share of different features among all features of a collection of texts ("Exploring the
Potential of Feature Density in Estimating Machine Learning Classifier Performance with Application to Cyberbullying
Detection", 2022).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from comity.evaluate.hygiene.data_set import DataSet, linear_scores
from comity.evaluate.linear import has_both
from comity.evaluate.metrics import Interval, roc_auc
from comity.evaluate.resample import interval_of
from comity.evaluate.score_map import spearman

FEATURES = 10_000
"""How many features are looked at: density falls with their number, so that only equal numbers compare."""
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text.lower())


def _tokens(text: str) -> Iterable[str]:
    return _TOKEN.findall(text)


def _characters(length: int) -> Callable[[str], Iterable[str]]:
    def runs(text: str) -> Iterable[str]:
        text = " ".join(_words(text))
        return (text[start : start + length] for start in range(len(text) - length + 1))

    return runs


_FEWEST_SETS = 3
KINDS: Mapping[str, Callable[[str], Iterable[str]]] = {
    "tokens": _tokens,
    "words": _words,
    "3 characters": _characters(3),
    "5 characters": _characters(5),
}
"""Ways to read features: words and every other mark as they stand; words alone in lower case; runs of characters."""


@dataclass(frozen=True, slots=True)
class Density:
    """`by_kind`: feature density in (0, 1], None of a set with too few features. `roc_auc`: of the linear baseline."""

    data_set: str
    by_kind: Mapping[str, float | None]
    roc_auc: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Spearman's rank correlation of density and ROC-AUC over data sets, in [-1, 1]."""

    kind: str
    data_sets: int
    correlation: Interval


def feature_density(texts: Iterable[str], kind: str) -> float | None:
    """Over the first 10,000 features; None if there are fewer. Raises KeyError for an unknown kind."""
    seen = list(islice(chain.from_iterable(map(KINDS[kind], texts)), FEATURES))
    return len(set(seen)) / FEATURES if len(seen) == FEATURES else None


def densities(data_sets: Iterable[DataSet], seed: int = 0) -> Iterator[Density]:
    """One row for each data set with positives and negatives in its test rows. Raises MissingExtra without
    scikit-learn.
    """
    for one in data_sets:
        if has_both(one.test.truth):
            scores = linear_scores(one.train, one.test.texts, seed)
            by_kind = {kind: feature_density(one.train.texts, kind) for kind in KINDS}
            yield Density(one.name, by_kind, roc_auc(one.test.truth, scores))


def forecasts(rows: Sequence[Density]) -> tuple[Forecast, ...]:
    """How well each kind of density would have told the ROC-AUC beforehand; NaN over fewer than three data sets."""
    return tuple(_forecast(kind, rows) for kind in KINDS)


def _forecast(kind: str, rows: Sequence[Density]) -> Forecast:
    pairs = [(density, row.roc_auc) for row in rows if (density := row.by_kind[kind]) is not None]
    if len(pairs) < _FEWEST_SETS:
        return Forecast(kind, len(pairs), Interval(np.nan, np.nan, np.nan))
    columns = np.array(pairs, float).reshape(-1, 2)
    correlation = interval_of(lambda drawn: spearman(columns[drawn, 0], columns[drawn, 1]), len(pairs))
    return Forecast(kind, len(pairs), correlation)
