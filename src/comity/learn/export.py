"""From a trained network to the files of an artefact: ONNX, eight bits a weight, and the tokenizer."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from comity.learn.network import Network

_OPSET = 17


def export(network: Network, pretrained: Path, folder: Path) -> None:
    """Writes model.onnx (int8 weights, inputs input_ids and attention_mask, output logits) and tokenizer.json.

    Weights are quantised per channel in a reduced range: on processors without VNNI the full range overflows.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {0: "rows", 1: "tokens"}
    with TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        torch.onnx.export(
            network,
            example,
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        root = logging.getLogger()
        level = root.level
        root.setLevel(
            logging.ERROR
        )  # the quantiser warns on the root logger about a step that this model lacks
        quantize_dynamic(
            full, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        root.setLevel(level)
    (folder / "tokenizer.json").write_bytes((pretrained / "tokenizer.json").read_bytes())
