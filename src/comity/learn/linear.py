"""The baseline: hashed words and letters, TF-IDF, one logistic regression a criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Linear:
    """Trained on the same rows as the network; a measuring stick for the card, not shipped.

    Words 1-2 and letters 2-5 inside words, hashed. Soft annotations count as 1 from 0.5 up.
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

    def fit(self, texts: Sequence[str], annotations: NDArray[np.float32]) -> Linear:
        """annotations: float32 (n, k), NaN is masked."""
        from sklearn.linear_model import LogisticRegression

        features = self._features.fit_transform(texts)
        for column in annotations.T:
            rows = np.flatnonzero(np.isfinite(column))
            head = LogisticRegression(solver="liblinear", C=4.0, random_state=self._seed)
            self._heads.append(head.fit(features[rows], column[rows] >= 0.5))
        return self

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, k): uncalibrated probabilities."""
        features = self._features.transform(texts)
        return np.stack([head.predict_proba(features)[:, 1] for head in self._heads], axis=1).astype(
            np.float32
        )
