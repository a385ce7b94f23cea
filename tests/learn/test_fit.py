import torch
from hypothesis import given
from hypothesis import strategies as st

from comity.learn.fit import pad, token_batches


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
