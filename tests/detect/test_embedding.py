"""Texts that are spelt alike have vectors that are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.detect.embedding import DIMENSIONS, NgramEmbedder

WALNUT = "you walnut, learn to prune"


def cosine(one: str, other: str) -> float:
    vectors = NgramEmbedder().embed([one, other])
    return float(vectors[0] @ vectors[1])


@pytest.mark.parametrize(
    "near", [WALNUT.upper(), "yuo walnut, learn to prune", "you walnut! learn to prune it"]
)
def test_a_variant_is_nearer_than_another_text(near):
    assert cosine(WALNUT, near) > 0.6 > 0.4 > cosine(WALNUT, "the seeds came on tuesday")


def test_no_texts_make_no_vectors_and_an_empty_text_a_zero():
    assert NgramEmbedder().embed([]).shape == (0, DIMENSIONS)
    assert not NgramEmbedder().embed([""]).any()


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_a_vector_has_length_one_and_does_not_depend_on_the_other_texts(texts):
    together = NgramEmbedder().embed(texts)
    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(NgramEmbedder().embed([text])[0], vector)
        assert not vector.any() or np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_texts_beyond_one_batch_keep_their_order():
    texts = [f"text number {number} " * 60 for number in range(30)]
    together = NgramEmbedder().embed(texts)
    assert np.array_equal(together[-1], NgramEmbedder().embed(texts[-1:])[0])
