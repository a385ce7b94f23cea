"""Fitting the network to rows, batch by batch, with checkpoints."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from comity.learn.lessons import Lessons
from comity.learn.recipe import Training

log = logging.getLogger(__name__)
_CHECKPOINT_STEPS = 25
_HEADS = ("head.", "marker.")
_Part = torch.optim.Optimizer | torch.optim.lr_scheduler.LRScheduler


def fit(network: nn.Module, lessons: Lessons, training: Training, seed: int, checkpoint: Path) -> None:
    """Minimises the masked cross-entropy of outputs and marks in place.

    Continues from `checkpoint` if that exists. Rare outputs and rare positives weigh more, by square roots;
    calibration undoes the shift.
    """
    torch.set_num_threads(training.threads)
    torch.manual_seed(seed)
    lengths = [len(row) for row in lessons.tokens]
    passes = [
        token_batches(lengths, training.batch_tokens, seed + number)
        for number in range(math.ceil(training.epochs))
    ]
    batches = [batch for one_pass in passes for batch in one_pass][: round(training.epochs * len(passes[0]))]
    body = [
        parameter
        for name, parameter in network.named_parameters()
        if parameter.requires_grad and not name.startswith(_HEADS)
    ]
    heads = [parameter for name, parameter in network.named_parameters() if name.startswith(_HEADS)]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": training.encoder_rate}, {"params": heads, "lr": training.head_rate}],
        weight_decay=training.weight_decay,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _rate(step / len(batches), training.warmup)
    )
    start = _resume(checkpoint, network, optimiser, schedule)
    output_weights, positive_weights = _weights(lessons.annotations)
    network.train()
    mean_loss = 0.0
    for step in range(start, len(batches)):
        index = batches[step]
        ids, mask = pad([lessons.tokens[i] for i in index])
        logits, marks, _ = network(ids, mask)
        loss = _masked(logits, torch.from_numpy(lessons.annotations[index]), output_weights, positive_weights)
        loss = loss + training.mark_weight * _masked(
            marks, _padded([lessons.marks[i] for i in index], ids.shape[1])
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean_loss += (loss.item() - mean_loss) / min(step - start + 1, 100)
        if (step + 1) % _CHECKPOINT_STEPS == 0 or step + 1 == len(batches):
            log.info("step %d of %d, loss %.4f", step + 1, len(batches), mean_loss)
            _save(checkpoint, step + 1, network, optimiser, schedule)
    network.eval()


def _masked(
    logits: Tensor, wanted: Tensor, weights: Tensor | None = None, positive_weights: Tensor | None = None
) -> Tensor:
    """Cross-entropy where `wanted` is not NaN, averaged by weight."""
    known = (~wanted.isnan()).float() * (1.0 if weights is None else weights)
    losses = nn.functional.binary_cross_entropy_with_logits(
        logits, wanted.nan_to_num(), pos_weight=positive_weights, reduction="none"
    )
    return (losses * known).sum() / known.sum().clamp(min=1e-6)


def _padded(marks: Sequence[NDArray[np.float32]], longest: int) -> Tensor:
    rows = torch.full((len(marks), longest), torch.nan)
    for i, row in enumerate(marks):
        rows[i, : len(row)] = torch.from_numpy(row)
    return rows


def token_batches(lengths: Sequence[int], budget: int, seed: int) -> list[list[int]]:
    """Indices in batches of similar length, rows x longest row within `budget` where one row alone fits; shuffled."""
    source = random.Random(seed)
    # Random noise on the length mixes the sources inside a batch at the price of a little padding.
    order = sorted(range(len(lengths)), key=lambda i: lengths[i] * source.uniform(0.9, 1.1))
    batches: list[list[int]] = []
    longest = 0
    for i in order:
        longest = max(longest, lengths[i])
        if not batches or (len(batches[-1]) + 1) * longest > budget:
            batches.append([])
            longest = lengths[i]
        batches[-1].append(i)
    source.shuffle(batches)
    return batches


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """ids and mask, int64 (n, longest); id 0 is padding."""
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def _rate(done: float, warmup: float) -> float:
    if done < warmup:
        return done / warmup
    return 0.5 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup)))


def _weights(annotations: NDArray[np.float32]) -> tuple[Tensor, Tensor]:
    """Weight of each output and of its positives, float32 (k,) each."""
    known = np.isfinite(annotations).sum(0).clip(1)
    positives = np.nansum(annotations, 0).clip(1)
    labels = np.sqrt(np.median(known) / known).clip(0.5, 2)
    ratio = np.sqrt((known - positives).clip(1) / positives).clip(1, 5)
    return torch.tensor(labels, dtype=torch.float32), torch.tensor(ratio, dtype=torch.float32)


def _save(path: Path, step: int, network: nn.Module, *parts: _Part) -> None:
    half_written = path.with_suffix(".part")
    state = {"step": step, "network": network.state_dict(), "parts": [part.state_dict() for part in parts]}
    torch.save(state, half_written)
    half_written.replace(path)


def _resume(path: Path, network: nn.Module, *parts: _Part) -> int:
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    for part, saved in zip(parts, state["parts"], strict=True):
        part.load_state_dict(saved)
    log.info("resuming at step %d", state["step"])
    return int(state["step"])
