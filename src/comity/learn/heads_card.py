"""Writing a community's heads: weights, the card for programs and for people, and the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from json import dumps
from math import isfinite, isnan
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from comity.evaluate.metric import Interval
from comity.learn.heads_comparison import Comparison, Measured
from comity.learn.ordinal import OrdinalHead
from comity.models.artefact import sha256
from comity.models.card import Card, Combination, DataSet, Label, Result
from comity.models.heads_model import HeadWeights

_ALONE = Combination(bias=0, weight=1, others={})
"""Where the heads judge a category they decide it alone, as measured: no other detector's score is added."""


def write_heads(
    folder: Path,
    source: str,
    encoder: Card,
    embedding: str,
    heads: Mapping[str, tuple[OrdinalHead, Label]],
    comparisons: Sequence[Comparison],
    left_out: Mapping[str, str],
    rows: tuple[int, int],
) -> None:
    """`source` is the name of the file, `rows` how many of it taught and tested. The card is written last."""
    folder.mkdir(parents=True, exist_ok=True)
    weights, bias = [], []
    for grades in (slice(0, 1), slice(1, None)):  # labels first, then their steps
        for head, _ in heads.values():
            for threshold in head.thresholds[grades]:
                weights.append(head.weights)
                bias.append(-threshold)
    HeadWeights(np.stack(weights, axis=1).astype(np.float32), np.array(bias, np.float32)).write(
        folder / "weights.npz"
    )
    (folder / "comparison.json").write_text(dumps([plain(one) for one in comparisons], indent=1), "utf-8")
    name = folder.resolve().name
    card = Card(
        name=name,
        kind="heads",
        version="1",
        summary=f"A community's own ordinal heads on the frozen encoder `{encoder.name}`, fitted to {source}.",
        languages=encoder.languages,
        window_tokens=encoder.window_tokens,
        window_stride=encoder.window_stride,
        base=encoder.name,
        embedding=embedding,
        licence="that of its annotations",
        labels={criterion: label for criterion, (_, label) in heads.items()},
        combinations={criterion: _ALONE for criterion in heads if not criterion.startswith("rule:")},
        limits=(
            "It knows the community that annotated, at that time: other places and other topics are not measured.",
            "What the frozen encoder does not see in a text, its heads cannot learn.",
            *(f"`{criterion}` is left out: {why}" for criterion, why in left_out.items()),
        ),
        data=(DataSet(id=source, licence="not stated", train=rows[0], validation=0, test=rows[1]),),
        results=tuple(result for one in comparisons if (result := _result(source, one))),
        files={name: sha256(folder / name) for name in ("weights.npz", "comparison.json")},
    )
    (folder / "card.md").write_text(page(card, comparisons), "utf-8")
    document = card.model_dump(mode="json", exclude_none=True)
    for label in document["labels"].values():
        label["points"] = [list(point.values()) for point in label["points"]]
    text = yaml.safe_dump(document, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    (folder / "card.yaml").write_text(text, "utf-8")


def plain(comparison: Comparison) -> dict[str, Any]:
    """For JSON: NaN, a number that the rows do not define, becomes null."""
    document = asdict(comparison) | {"told": list(comparison.told)}
    for model, rival in zip(document["models"], comparison.models, strict=True):
        model["verdict"] = rival.verdict if rival.ahead else None
    cleaned: dict[str, Any] = _clean(document)
    return cleaned


def _clean(value: Any) -> Any:
    match value:
        case float():
            return round(value, 6) if isfinite(value) else None
        case dict():
            return {name: _clean(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
    return value


def _result(source: str, one: Comparison) -> Result | None:
    heads, words = one.models[0], one.models[-1]
    if isnan(heads.roc_auc.low) or isnan(heads.auprc.low) or heads.ece is None:
        return None
    return Result(
        source=source,
        label=one.criterion,
        rows=one.rows,
        positives=one.positives,
        roc_auc=_three(heads.roc_auc),
        auprc=_three(heads.auprc),
        ece=round(heads.ece, 3),
        baseline_roc_auc=round(words.roc_auc.value, 3),
        baseline_auprc=round(words.auprc.value, 3),
        seen=True,
    )


def _three(found: Interval) -> Any:
    return [round(value, 3) for value in (found.value, found.low, found.high)]


def page(card: Card, comparisons: Sequence[Comparison]) -> str:
    """The card as Markdown."""
    (data,) = card.data
    sections = [
        f"# {card.name}",
        card.summary,
        f"- Languages: {', '.join(card.languages)}\n- {data.train:,} rows taught, {data.test:,} others tested\n"
        f"- Reads windows of {card.window_tokens} tokens that overlap by {card.window_stride}; the highest counts",
        "## Limits",
        "\n".join(f"- {limit}" for limit in card.limits),
        "## Criteria",
        "Calibrated (Platt) on the rows that taught, each judged by heads that had not seen it (five folds); the "
        "prevalence is theirs. Where a criterion is rarer than that, a score overstates the chance.",
        _table(
            ["criterion", "positives", "negatives", "prevalence", "grades"],
            [
                [
                    name,
                    f"{label.positives:,}",
                    f"{label.negatives:,}",
                    f"{label.prevalence:.3f}",
                    _grades(label),
                ]
                for name, label in card.labels.items()
            ],
        ),
        "## On rows that they have not seen",
        "With 95 % bootstrap intervals over groups of near-duplicates. The floor of AUPRC is the prevalence. `ahead` "
        "is how far the heads are ahead, in AUPRC, or of recalibrated scores in the Brier score.",
        *(section for one in comparisons for section in _section(one)),
    ]
    return "\n\n".join(sections) + "\n"


def _grades(label: Label) -> str:
    return ", ".join(("none", "minor", "moderate", "severe")[: len(label.steps) + 2]) if label.steps else "no"


def _section(one: Comparison) -> list[str]:
    grades = one.graded
    return [
        f"### {one.criterion}: {one.positives:,} of {one.rows:,} rows violate",
        _table(
            ["model", "ROC-AUC", "AUPRC", "Brier", "ECE", "ahead", "heads are"],
            [_line(m) for m in one.models],
        ),
        *(
            [
                f"Mean distance from the grade that people gave: {within(grades.heads)}; "
                f"{grades.always:.3f} for the middle grade always."
            ]
            if grades
            else []
        ),
        _table(
            ["rows that teach", "positives", "AUPRC"],
            [[f"{point.rows:,}", f"{point.positives:,}", within(point.auprc)] for point in one.curve],
        ),
        "\n".join(f"- {sentence}" for sentence in one.told),
    ]


def _line(model: Measured) -> list[str]:
    gap = model.ahead
    return [
        model.model,
        within(model.roc_auc),
        within(model.auprc),
        number(model.brier),
        number(model.ece),
        within(Interval(gap.value, gap.low, gap.high)) if gap else "",
        model.verdict if gap else "",
    ]


def within(found: Interval) -> str:
    """A value with its interval, to be read."""
    if isnan(found.value):
        return "–"
    bounds = "" if isnan(found.low) else f" [{found.low:.3f}, {found.high:.3f}]"
    return f"{found.value:.3f}{bounds}"


def number(value: float | None) -> str:
    return "–" if value is None or isnan(value) else f"{value:.3f}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
