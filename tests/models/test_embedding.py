"""What the packaged encoder makes of texts before its own heads judge them."""

from __future__ import annotations

import numpy as np
import pytest

from comity.errors import ArtefactError
from comity.models import find
from comity.models.embedding import EncoderEmbedding

LONG = "The beans are ripe and the roses need water. " * 60


@pytest.fixture(scope="module")
def embedding(packaged):
    return EncoderEmbedding(packaged, threads=1)


def test_every_text_has_a_window_and_a_long_one_several(embedding):
    found = embedding.embed(["Hello there.", "", LONG])
    assert found.text[:3].tolist() == [0, 1, 2]
    assert (found.text == 2).sum() > 3
    assert found.firsts.tolist() == [0, 1, 2]
    assert len(found.vectors) == len(found.text) == len(found.ranges)


def test_the_windows_of_a_text_cover_it(embedding):
    ranges = embedding.embed([LONG]).ranges
    assert ranges[0, 0] == 0
    assert ranges[-1, 1] == len(LONG.rstrip())
    assert (ranges[1:, 0] < ranges[:-1, 1]).all()


def test_like_texts_have_like_vectors(embedding):
    idiot, moron, beans = embedding.embed(["You idiot!", "You moron!", "The beans are ripe."]).vectors
    cosine = lambda one, other: one @ other / np.linalg.norm(one) / np.linalg.norm(other)  # noqa: E731
    assert cosine(idiot, moron) > cosine(idiot, beans)


def test_no_texts_have_no_windows(embedding):
    found = embedding.embed([])
    assert len(found.vectors) == len(found.text) == len(found.ranges) == 0


def test_more_texts_than_a_portion_keep_their_order(embedding):
    texts = [f"post {number}" for number in range(600)]
    found = embedding.embed(texts)
    assert found.text.tolist() == list(range(600))
    assert np.allclose(found.vectors[599], embedding.embed(texts[599:]).vectors[0], atol=0.5)


def test_its_digest_is_that_of_files_and_windows_only(packaged):
    other = packaged.card.model_copy(update={"summary": "Another one."})
    wider = packaged.card.model_copy(update={"window_tokens": 64})
    digest = EncoderEmbedding(packaged).digest
    same, changed = (
        EncoderEmbedding(type(packaged)(packaged.folder, card)).digest for card in (other, wider)
    )
    assert (same, changed != digest) == (digest, True)


def test_a_model_without_an_embedding_is_refused():
    with pytest.raises(ArtefactError, match="no embedding"):
        EncoderEmbedding(find("de-ngrams")).embed(["Hallo"])
