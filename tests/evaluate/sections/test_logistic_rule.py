import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from comity.evaluate.sections.logistic_rule import LogisticRule


def _drawn(seed, rows=300, features=4, count=3):
    random = np.random.default_rng(seed)
    centres = random.normal(size=(count, features))
    classes = np.r_[np.arange(count), random.integers(count, size=rows - count)]
    return centres[classes] + random.normal(size=(rows, features)), classes


@pytest.mark.parametrize(("seed", "count"), [(1, 2), (2, 3), (3, 6)])
def test_probabilities_are_those_of_scikit_learn(seed, count):
    features, classes = _drawn(seed, count=count)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(features, classes)
    ours = LogisticRule.fit(features, classes, count)
    if (
        count == 2
    ):  # there scikit-learn has one vector of weights, whose penalty is twice that of two opposite halves
        theirs = LogisticRegression(C=2.0, tol=1e-10, max_iter=10_000).fit(features, classes)
    assert ours.probabilities(features) == pytest.approx(theirs.predict_proba(features), abs=1e-4)


def test_classes_that_a_feature_separates_are_learnt_without_overflow():
    features = np.repeat([[-1000.0], [1000.0]], 20, axis=0)
    classes = np.repeat([0, 1], 20)
    chances = LogisticRule.fit(features, classes, 2).probabilities(features)
    assert (chances.argmax(axis=1) == classes).all()
    assert np.isfinite(chances).all()


def test_without_features_the_shares_of_the_classes_are_learnt():
    chances = LogisticRule.fit(np.zeros((10, 0)), np.repeat([0, 1, 2], [5, 3, 2]), 3)
    assert chances.probabilities(np.zeros((1, 0)))[0] == pytest.approx([0.5, 0.3, 0.2])


def test_more_features_than_rows_are_no_trouble():
    features, classes = _drawn(4, rows=12, features=40)
    chances = LogisticRule.fit(features, classes, 3).probabilities(features)
    assert chances.sum(axis=1) == pytest.approx(np.ones(12))
