"""From a trained network to the files of an artefact: ONNX, eight bits a weight, and the tokenizer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn

from comity.learn.fit import pad

_OPSET = 17


def export(network: nn.Module, tokenizer: Tokenizer, folder: Path) -> None:
    """Writes model.onnx (int8 weights; inputs input_ids and attention_mask, outputs logits, marks and embedding) and
    tokenizer.json.

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
            output_names=["logits", "marks", "embedding"],
            dynamic_axes={
                "input_ids": axes,
                "attention_mask": axes,
                "logits": {0: "rows"},
                "marks": axes,
                "embedding": {0: "rows"},
            },
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
    # Indented, the merges of a small network's words would take more room than its weights.
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def rounding(network: nn.Module, tokens: Sequence[Sequence[int]], outputs: NDArray[np.float32]) -> float:
    """The mean absolute difference in probability between the network and its export in eight bits.

    outputs: (n, o), what the export says of the n rows of tokens.
    """
    with torch.inference_mode():
        exact = torch.cat([network(*pad([row]))[0] for row in tokens])
    return float((exact.sigmoid() - torch.from_numpy(outputs).sigmoid()).abs().mean())
