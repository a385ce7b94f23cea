"""The baseline that learns: hashed words and letters, TF-IDF, one logistic regression a criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

READ_CHARS = 2_000


class Linear:
    """A measuring stick for networks, not shipped. Words 1-2 and letters 2-5 inside words, hashed. Soft annotations
    count as 1 from 0.5 up.
    """

    def __init__(self, seed: int) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
        from sklearn.pipeline import make_pipeline, make_union

        self._seed = seed
        self._features = make_pipeline(
            make_union(
                HashingVectorizer(ngram_range=(1, 2), n_features=2**18, alternate_sign=False, norm=None),
                HashingVectorizer(
                    ngram_range=(2, 5), analyzer="char_wb", n_features=2**19, alternate_sign=False, norm=None
                ),
            ),
            TfidfTransformer(sublinear_tf=True),
        )
        self._heads: list[Any] = []

    def fit(self, texts: Sequence[str], annotations: ArrayLike) -> Linear:
        """annotations: float (n, k), NaN is masked; each column needs rows of both kinds."""
        from sklearn.linear_model import LogisticRegression

        features = self._features.fit_transform(texts)
        for column in np.asarray(annotations, float).T:
            rows = np.flatnonzero(np.isfinite(column))
            # The dual has the same optimum, and on sparse rows it is found several times as fast.
            head = LogisticRegression(solver="liblinear", dual=True, C=4.0, random_state=self._seed)
            self._heads.append(head.fit(features[rows], column[rows] >= 0.5))
        return self

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, k): uncalibrated probabilities."""
        features = self._features.transform(texts)
        return np.stack([head.predict_proba(features)[:, 1] for head in self._heads], axis=1).astype(
            np.float32
        )


def cut(texts: Sequence[str]) -> list[str]:
    """The beginnings of `texts`, for floors: the rest of a long text costs more time than it adds."""
    return [text[:READ_CHARS] for text in texts]


def has_both(annotations: NDArray[np.float64]) -> bool:
    """Whether there are rows of both kinds to learn from."""
    known = annotations[np.isfinite(annotations)] >= 0.5
    return bool(known.any() and not known.all())
