"""A transformer of about two million weights, most of them its words; learned from nothing."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_DROPOUT = 0.1
_FORGOTTEN = 0.15
_WIDER = 2
_NEVER = 1e4


class TinyNetwork(nn.Module):
    """`forward(input_ids, attention_mask)`: int64 (n, tokens) twice, at most `positions` tokens -> logits float32
    (n, outputs), marks (n, tokens), embedding (n, 2 x width).

    `width` is a multiple of `heads`; `seed` draws the weights. Its size is that of "Tiny-Toxic-Detector: A
    compact transformer-based model for toxic content detection" (2024); the mean and maximum over tokens are our own.
    """

    def __init__(
        self, *, vocabulary: int, positions: int, outputs: int, width: int, layers: int, heads: int, seed: int
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.empty(positions, width))
        for table in (self.tokens.weight, self.positions):
            nn.init.normal_(table, std=0.05)
        # Whole tokens at random: a text must not be known by one rare word of it.
        self.forget = nn.Dropout1d(_FORGOTTEN)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(2 * width, outputs))
        self.marker = nn.Linear(width, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.forget(self.tokens(input_ids)) + self.positions[: input_ids.shape[1]]
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        away = (mask - 1) * _NEVER
        unseen = away.transpose(1, 2).unsqueeze(1)
        for block in self.blocks:
            hidden = block(hidden, unseen)
        hidden = self.norm(hidden)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        embedding = torch.cat([mean, (hidden + away).amax(1)], dim=1)
        return self.head(embedding), self.marker(hidden).squeeze(-1), embedding


class _Block(nn.Module):
    """Attention, then two layers; each adds to what it reads. Written out, since `nn.TransformerEncoder` cannot be
    exported for any number of rows.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.before_mixing, self.before_thinking = nn.LayerNorm(width), nn.LayerNorm(width)
        self.read, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, _WIDER * width), nn.Linear(_WIDER * width, width)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, hidden: Tensor, unseen: Tensor) -> Tensor:
        rows, tokens, width = hidden.shape
        query, key, value = (
            part.view(rows, tokens, self.heads, width // self.heads).transpose(1, 2)
            for part in self.read(self.before_mixing(hidden)).chunk(3, dim=-1)
        )
        attention = (query * self.scale @ key.transpose(-1, -2) + unseen).softmax(-1)
        mixed = self.mixed((attention @ value).transpose(1, 2).reshape(rows, tokens, width))
        hidden = hidden + self.dropout(mixed)
        thought: Tensor = self.dropout(self.narrow(self.widen(self.before_thinking(hidden)).relu()))
        return hidden + thought
