import numpy as np
import pytest
import torch

from comity.evaluate.cases import TEXTS
from comity.evaluate.templates import expand
from comity.learn.emoji_tokens import with_emoji
from comity.learn.export import export, rounding
from comity.learn.network import Network, pretrained_folder

OUTPUTS = 5


@pytest.fixture(scope="module")
def texts():
    return [row["text"] for row in expand(TEXTS / "over-sensitivity.yaml", seed=0)][:200]


@pytest.fixture(scope="module")
def network():
    network = Network(pretrained_folder(), OUTPUTS, frozen_layers=6, seed=1)
    with torch.no_grad():
        network.head[1].weight.mul_(3)  # logits about as far apart as those of a trained head
    return network.eval()


@pytest.fixture(scope="module")
def exported(network, texts, tmp_path_factory):
    import onnxruntime

    folder = tmp_path_factory.mktemp("exported")
    tokenizer, meanings = with_emoji(pretrained_folder() / "tokenizer.json", texts)
    network.redefine(meanings)
    export(network, tokenizer, folder)
    return (
        tokenizer,
        onnxruntime.InferenceSession(folder / "model.onnx"),
        (folder / "model.onnx").stat().st_size,
    )


def run(session, *rows):
    longest = max(map(len, rows))
    ids = np.array([[*row, *[0] * (longest - len(row))] for row in rows], np.int64)
    mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in rows], np.int64)
    return session.run(["logits", "marks", "embedding"], {"input_ids": ids, "attention_mask": mask})


def test_eight_bits_change_probabilities_by_less_than_two_percent_points(network, exported, texts):
    tokenizer, session, _ = exported
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    outputs = np.concatenate([run(session, row)[0] for row in tokens])
    assert outputs.std() > 0.3
    assert rounding(network, tokens, outputs) <= 0.02


def test_any_number_of_rows_of_any_length_can_be_asked(exported):
    _, session, _ = exported
    logits, marks, embedding = run(session, [101, 2017, 102], [101, 102], [101, *[2017] * 40, 102])
    assert (logits.shape, marks.shape, embedding.shape) == ((3, OUTPUTS), (3, 42), (3, 768))


def test_the_file_holds_eight_bits_a_weight(exported, network):
    _, _, size = exported
    assert size < 1.1 * sum(weight.numel() for weight in network.parameters())
