import numpy as np
import onnxruntime
import pytest
import torch

from comity.learn.export import export
from comity.learn.own_tokenizer import own_tokenizer
from comity.learn.tiny_network import TinyNetwork

OUTPUTS, WIDTH = 3, 32


@pytest.fixture(scope="module")
def network():
    made = TinyNetwork(vocabulary=600, positions=40, outputs=OUTPUTS, width=WIDTH, layers=2, heads=4, seed=1)
    return made.eval()


def ids(rows, tokens, seed=0):
    return torch.randint(3, 600, (rows, tokens), generator=torch.Generator().manual_seed(seed))


def run(network, ids, mask=None):
    with torch.inference_mode():
        return network(ids, torch.ones_like(ids) if mask is None else mask)


def test_a_row_gives_logits_a_mark_for_each_token_and_an_embedding(network):
    logits, marks, embedding = run(network, ids(2, 7))
    assert (logits.shape, marks.shape, embedding.shape) == ((2, OUTPUTS), (2, 7), (2, 2 * WIDTH))


def test_padding_does_not_change_what_a_row_gives(network):
    row = ids(1, 9)
    padded = torch.cat([row, torch.zeros(1, 5, dtype=torch.int64)], dim=1)
    mask = (padded > 0).long()
    alone, beside_padding = run(network, row), run(network, padded, mask)
    for wanted, found in zip(alone, beside_padding, strict=True):
        torch.testing.assert_close(found[:, : wanted.shape[1]], wanted, atol=1e-5, rtol=0)


def test_the_order_of_tokens_matters(network):
    row = ids(1, 9)
    assert not torch.allclose(run(network, row)[0], run(network, row.flip(1))[0])


def test_the_seed_draws_the_weights():
    def weights(seed):
        return TinyNetwork(
            vocabulary=600, positions=8, outputs=1, width=8, layers=1, heads=2, seed=seed
        ).tokens.weight

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    export(network, own_tokenizer(["a text"], 600), folder)
    return folder


class TestExported:
    @pytest.mark.parametrize(("rows", "tokens"), [(1, 3), (5, 9), (2, 40)])
    def test_it_gives_what_the_network_gives_for_any_number_of_rows_and_tokens(
        self, network, folder, rows, tokens
    ):
        read = ids(rows, tokens, seed=rows)
        session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
        found = session.run(None, {"input_ids": read.numpy(), "attention_mask": np.ones_like(read.numpy())})
        for one, wanted in zip(found, run(network, read), strict=True):
            np.testing.assert_allclose(one, wanted.numpy(), atol=0.05)

    def test_every_large_table_of_weights_has_eight_bits(self, folder):
        import onnx

        tables = onnx.load(folder / "model.onnx").graph.initializer
        of_words = [table for table in tables if list(table.dims) == [600, WIDTH]]
        assert len(of_words) == 1
        large = {table.data_type for table in tables if np.prod(table.dims) > 40 * WIDTH}
        assert large <= {onnx.TensorProto.INT8, onnx.TensorProto.UINT8}
