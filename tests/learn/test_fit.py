from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from comity.learn import fit as fitting
from comity.learn.fit import fit, pad, token_batches
from comity.learn.lessons import Lessons
from comity.learn.recipe import TinyTraining


@given(st.lists(st.integers(1, 96), max_size=80), st.integers(1, 400), st.integers(0, 99))
def test_batches_hold_every_row_once_within_the_budget(lengths, budget, seed):
    batches = token_batches(lengths, budget, seed)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


def test_rows_of_similar_length_share_a_batch():
    lengths = [5, 90] * 50
    rows_read = sum(lengths)
    rows_padded = sum(
        len(batch) * max(lengths[i] for i in batch) for batch in token_batches(lengths, 900, seed=1)
    )
    assert rows_padded < 1.1 * rows_read


def test_padding_is_masked():
    ids, mask = pad([[7, 8, 9], [5]])
    assert torch.equal(ids, torch.tensor([[7, 8, 9], [5, 0, 0]]))
    assert torch.equal(mask, torch.tensor([[1, 1, 1], [1, 0, 0]]))


class _Words(nn.Module):
    """The smallest network that can be fitted: one vector a token, their mean, one logit."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.words = nn.Embedding(20, 4)
        self.head = nn.Linear(4, 1)
        self.marker = nn.Linear(4, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.words(ids) * mask.unsqueeze(-1)
        return self.head(hidden.mean(1)), self.marker(hidden).squeeze(-1), hidden.mean(1)


class TestATrainingThatIsKilled:
    training = TinyTraining(
        kind="tiny", vocabulary=512, width=8, layers=1, heads=1, max_tokens=16, stride=0, epochs=2,
        batch_tokens=64, encoder_rate=0.01, head_rate=0.01, weight_decay=0, warmup=0, threads=1,
    )  # fmt: skip
    lessons = Lessons(
        tokens=[[1, 2 + row % 18, 1] for row in range(200)],
        annotations=np.array([[row % 2] for row in range(200)], np.float32),
        marks=[np.full(3, np.nan, np.float32)] * 200,
    )

    def test_ends_where_an_unbroken_one_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(fitting, "_CHECKPOINT_STEPS", 4)
        unbroken, killed, resumed = _Words(), _Words(), _Words()
        fit(unbroken, self.lessons, self.training, 1, tmp_path / "unbroken.pt")

        save, saved = fitting._save, []

        def save_twice(*arguments: object) -> None:
            if len(saved) == 2:
                raise KeyboardInterrupt
            saved.append(arguments)
            save(*arguments)

        monkeypatch.setattr(fitting, "_save", save_twice)
        with pytest.raises(KeyboardInterrupt):
            fit(killed, self.lessons, self.training, 1, tmp_path / "killed.pt")
        monkeypatch.setattr(fitting, "_save", save)
        fit(resumed, self.lessons, self.training, 1, tmp_path / "killed.pt")

        assert len(saved) == 2
        for one, other in zip(unbroken.parameters(), resumed.parameters(), strict=True):
            torch.testing.assert_close(one, other)
