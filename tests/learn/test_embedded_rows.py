"""Embeddings on disk: what was computed once is not computed again."""

from __future__ import annotations

import numpy as np
import pytest

from comity.content import Item
from comity.detect.encoder import packaged as packaged_encoder
from comity.learn import embedded_rows
from comity.learn.embedded_rows import embed_rows
from comity.models import find
from comity.models.embedding import EncoderEmbedding

TEXTS = [f"The {plant} is {state}." for plant in ("bean", "rose", "fig") for state in ("ripe", "dry")]
ITEMS = [Item.text(text) for text in TEXTS] + [Item.text("Die Bohnen sind reif.", lang="de")]


class Counting(EncoderEmbedding):
    """Counts the texts that it embeds; stops like a person at the keyboard after `most` of them."""

    embedded, most = 0, 1_000

    def embed(self, texts):
        if self.embedded >= self.most:
            raise KeyboardInterrupt
        self.embedded += len(texts)
        return super().embed(texts)


@pytest.fixture(scope="module")
def detector():
    return packaged_encoder()


@pytest.fixture
def embedding(monkeypatch):
    monkeypatch.setattr(embedded_rows, "PORTION", 3)
    return Counting(find("english-v2"), threads=1)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, embedding, detector):
    embedding.most = 3
    with pytest.raises(KeyboardInterrupt):
        embed_rows(ITEMS, embedding, detector, tmp_path)
    embedding.most = 1_000
    found = embed_rows(ITEMS, embedding, detector, tmp_path)
    assert embedding.embedded == len(ITEMS)
    assert found.means.shape == (7, 768)


def test_a_damaged_portion_is_computed_again(tmp_path, embedding, detector):
    before = embed_rows(ITEMS, embedding, detector, tmp_path)
    before.portions[1].write_bytes(before.portions[1].read_bytes()[:500])
    again = embed_rows(ITEMS, embedding, detector, tmp_path)
    assert embedding.embedded == len(ITEMS) + 3
    assert np.array_equal(before.means, again.means)


def test_rows_added_at_the_end_leave_the_first_portions(tmp_path, embedding, detector):
    embed_rows(ITEMS[:6], embedding, detector, tmp_path)
    embed_rows(ITEMS, embedding, detector, tmp_path)
    assert embedding.embedded == len(ITEMS)


def test_rows_of_another_language_are_not_judged(tmp_path, embedding, detector):
    assert embed_rows(ITEMS, embedding, detector, tmp_path).judged.tolist() == [True] * 6 + [False]


def test_the_highest_window_of_a_text_counts(tmp_path, embedding, detector):
    long = Item.text("The beans are ripe and the roses need water. " * 30)
    rows = embed_rows([ITEMS[0], long], embedding, detector, tmp_path)
    weights = np.random.default_rng(0).normal(size=(768, 2))
    windows = embedding.embed([long.parts[0].text]).vectors @ weights
    assert len(windows) > 2
    assert rows.highest(weights)[1] == pytest.approx(windows.max(axis=0), abs=1e-2)
    assert rows.highest(weights).shape == (2, 2)
