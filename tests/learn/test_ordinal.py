"""The ordinal link: thresholds in order, probabilities that add up, and a direction that is found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.learn.ordinal import fit_path

SEEDS = st.integers(0, 2**32 - 1)


def made(seed, rows=60, size=4, grades=3):
    """Vectors, and grades that rise along the first dimension, some of them by chance."""
    random = np.random.default_rng(seed)
    vectors = random.normal(random.normal(), random.uniform(0.01, 100), (rows, size)).astype(np.float32)
    noisy = (vectors[:, 0] - vectors[:, 0].mean()) / vectors[:, 0].std() + random.normal(size=rows) / 2
    grade = np.digitize(noisy, np.sort(random.normal(size=grades)))
    return vectors, (grade[:, None] >= np.arange(1, grades + 1)).astype(float)


def fit(vectors, reached, strength=0.01):
    (head,) = fit_path(vectors, reached, [strength])
    return head


def probabilities(head, vectors):
    return 1 / (1 + np.exp(head.thresholds - (vectors @ head.weights)[:, None]))


@given(SEEDS, st.integers(1, 3), st.sampled_from([0.1, 0.003, 0.00003]))
@settings(max_examples=40)
def test_thresholds_rise_and_the_probabilities_of_grades_add_up(seed, grades, strength):
    vectors, reached = made(seed, grades=grades)
    head = fit(vectors, reached, strength)
    assert (np.diff(head.thresholds) >= 0).all()
    at_least = np.pad(probabilities(head, vectors), ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))
    each = -np.diff(at_least, axis=1)
    assert (each >= -1e-12).all()
    assert each.sum(axis=1) == pytest.approx(1)


@given(SEEDS)
@settings(max_examples=20)
def test_every_grade_is_likelier_further_along_the_weights(seed):
    vectors, reached = made(seed)
    head = fit(vectors, reached)
    further = vectors + 0.1 * vectors.std() * head.weights / np.linalg.norm(head.weights)
    assert (probabilities(head, further) >= probabilities(head, vectors)).all()


def test_the_direction_of_the_grades_is_found():
    vectors, reached = made(1, rows=400)
    weights = fit(vectors, reached).weights
    assert weights[0] > 5 * np.abs(weights[1:]).max()


@given(SEEDS, st.floats(0.01, 1000), st.floats(-100, 100))
@settings(max_examples=20)
def test_the_scale_and_place_of_the_vectors_make_no_difference(seed, scale, shift):
    vectors, reached = made(seed)
    unit = ((vectors - vectors.mean()) / vectors.std()).astype(np.float32)
    moved = (unit * scale + shift * scale).astype(np.float32)
    ours, theirs = (probabilities(fit(rows, reached), rows) for rows in (unit, moved))
    assert ours == pytest.approx(theirs, abs=0.02)


def test_one_grade_is_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    vectors, reached = made(3, grades=1)
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.sqrt((centred**2).sum(axis=1).mean())
    theirs = LogisticRegression(C=1 / (0.01 * len(unit)), tol=1e-8).fit(unit, reached[:, 0])
    assert probabilities(fit(vectors, reached), vectors)[:, 0] == pytest.approx(
        theirs.predict_proba(unit)[:, 1], abs=1e-3
    )


def test_shares_of_annotators_are_fitted_as_they_are():
    vectors = np.zeros((50, 2), np.float32)
    found = probabilities(fit(vectors, np.full((50, 1), 0.3)), vectors)
    assert found == pytest.approx(0.3, abs=1e-3)


def test_a_stronger_penalty_gives_smaller_weights():
    sizes = [np.linalg.norm(head.weights) for head in fit_path(*made(5), [0.1, 0.01, 0.001])]
    assert sizes == sorted(sizes)


def test_one_kind_of_rows_only_gives_a_finite_head():
    vectors, reached = made(7, grades=1)
    head = fit(vectors, np.ones_like(reached))
    assert np.isfinite(head.weights).all()
    assert (probabilities(head, vectors) > 0.9).all()
