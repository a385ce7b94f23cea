"""Writing a card: card.yaml for programs, card.md for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from comity.errors import CalibrationError
from comity.models.card import Calibration, Card, Label, Result
from comity.taxonomy import Severity

LICENCE = "Apache-2.0"
"""Of the weights that our recipes make."""
_PRECISIONS = (0.5, 0.8, 0.9)
_WINDOW_OF = {"encoder": "tokens", "heads": "tokens", "ngrams": "words"}
_LEARNED = "logistic regression on hashed words and letters (TF-IDF), trained on the same rows"
_BASELINE = {
    "encoder": _LEARNED,
    "heads": _LEARNED,
    "ngrams": "the packaged word list, 0 where it finds nothing",
}
_LENT = (
    "Half of the validation rows calibrate, by a hash of their id; the other half chose the penalty. Where a source "
    "has no validation rows, its training rows serve in their place, each scored by a model that has not seen it. "
    "Positives are left out at random until they are as rare among the rows that calibrate as the prevalence says; "
    "that makes the ECE large on test rows, where they are commoner."
)


def write_card(card: Card, folder: Path) -> None:
    """Writes card.yaml, and card.md generated from it."""
    document = card.model_dump(mode="json", exclude_defaults=True)
    for label in document["labels"].values():
        label["points"] = [list(point.values()) for point in label["points"]]
    for result in document.get("results", ()):
        for holder, metrics in ((result, ("roc_auc", "auprc")), (result.get("decided"), ("f1", "macro_f1"))):
            for metric in metrics if holder else ():
                holder[metric] = list(holder[metric].values())
    text = yaml.safe_dump(document, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    (folder / "card.md").write_text(page(card), encoding="utf-8")


def uncalibrated() -> Label:
    """What stands in a card until its model is calibrated."""
    return Label(calibration=Calibration(slope=1, intercept=0), positives=1, negatives=1, points=())


def page(card: Card) -> str:
    """The card as Markdown."""
    sections = [
        f"# {card.name} {card.version}",
        card.summary,
        f"- Languages: {', '.join(card.languages)}\n"
        f"- Reads windows of {card.window_tokens} {_WINDOW_OF[card.kind]} that overlap by {card.window_stride}; the "
        f"highest window counts\n{_reads_more(card)}- Base: {card.base}\n- Licence: {card.licence}",
        "## Limits",
        "\n".join(f"- {limit}" for limit in card.limits),
        "## Criteria",
        "Scores are calibrated (Platt) on validation rows with the prevalence given here. Where a criterion is rarer "
        "than that, as on most sites, a score overstates the chance; read thresholds, not percentages. The last "
        "columns are the lowest thresholds that reached a precision on validation, and the recall there.",
        _table(
            ["criterion", "positives", "negatives", "prevalence", *(f"precision {p:g}" for p in _PRECISIONS)],
            [
                [
                    name,
                    f"{label.positives:,}",
                    f"{label.negatives:,}",
                    f"{label.prevalence:.3f}",
                    *(_operating_point(label, precision) for precision in _PRECISIONS),
                ]
                for name, label in card.labels.items()
            ],
        ),
        "## Test rows the model has not seen, from sources it was trained on",
        _results(card, seen=True),
        "## Sources it has never seen",
        _results(card, seen=False),
        "ROC-AUC and AUPRC with 95 % bootstrap intervals over rows; the floor of AUPRC is the prevalence. The "
        f"baseline is {_BASELINE[card.kind]}. ECE is the calibration error in 15 bins on those rows.",
        *_decisions(card),
        "## False alarms on harmless texts",
        "Share of texts, harmless in every criterion, whose highest score of all criteria is at least 0.5 or 0.8.",
        _table(
            ["source", "rows", "at 0.5", "at 0.8"],
            [
                [row.source, f"{row.rows:,}", f"{row.at_50:.2%}", f"{row.at_80:.2%}"]
                for row in card.false_alarms
            ],
        ),
        "## Data",
        _table(
            ["source", "licence", "train", "validation", "test", "note"],
            [
                [row.id, row.licence, f"{row.train:,}", f"{row.validation:,}", f"{row.test:,}", row.note]
                for row in card.data
            ],
        ),
        "Sources with no rows in train and validation only measure.",
        *([_LENT] if card.kind == "ngrams" else ()),
    ]
    return "\n\n".join(sections) + "\n"


def _reads_more(card: Card) -> str:
    """Lines on what only some networks do."""
    graded = ", ".join(
        f"{name} ({', '.join(Severity(step).label for step in sorted(label.steps))})"
        for name, label in card.labels.items()
        if label.steps
    )
    limited = ", ".join(
        f"{name}: {', '.join(label.roles)}" for name, label in card.labels.items() if label.roles
    )
    lines = []
    if card.context:
        what = f"the last {card.context.tokens} tokens of what it answers"
        lines.append(f"Of a {' or '.join(card.context.roles)}, {what} are read too")
    if card.marking:
        marked = f"from a probability of {card.marking.threshold:g}"
        lines.append(f"Marks words {marked}, the evidence for {', '.join(card.marking.criteria)}")
    if graded:
        lines.append(f"Grades beyond minor: {graded}")
    if limited:
        lines.append(f"Judged of some items only: {limited}")
    if card.rounding is not None:
        lines.append(f"Eight bits a weight change a probability by {card.rounding:.4f} on average")
    return "".join(f"- {line}\n" for line in lines)


def _operating_point(label: Label, precision: float) -> str:
    try:
        threshold = label.threshold("precision", precision)
    except CalibrationError:
        return "not reached"
    recall = next(label.recall(point) for point in label.points if point.threshold == threshold)
    return f"{threshold:.2f} (recall {recall:.2f})"


def _results(card: Card, *, seen: bool) -> str:
    columns = ["criterion", "source", "rows", "prevalence", "ROC-AUC", "baseline", "AUPRC", "baseline", "ECE"]
    return _table(columns, [_result(result) for result in card.results if result.seen == seen])


def _result(result: Result) -> list[str]:
    roc, pr = result.roc_auc, result.auprc
    return [
        result.label,
        result.source,
        f"{result.rows:,}",
        f"{result.prevalence:.3f}",
        f"{roc.value:.3f} [{roc.low:.3f}, {roc.high:.3f}]",
        f"{result.baseline_roc_auc:.3f}",
        f"{pr.value:.3f} [{pr.low:.3f}, {pr.high:.3f}]",
        f"{result.baseline_auprc:.3f}",
        f"{result.ece:.3f}",
    ]


def _decisions(card: Card) -> list[str]:
    """The section on decisions, where they were measured."""
    lines = [
        [
            result.label,
            result.source,
            f"{found.threshold:.2f}",
            f"{found.f1.value:.3f} [{found.f1.low:.3f}, {found.f1.high:.3f}]",
            f"{found.macro_f1.value:.3f} [{found.macro_f1.low:.3f}, {found.macro_f1.high:.3f}]",
            f"{found.majority_macro_f1:.3f}",
            f"{found.baseline_macro_f1:.3f}",
        ]
        for result in card.results
        if (found := result.decided)
    ]
    if not lines:
        return []
    columns = ["criterion", "source", "threshold", "F1", "macro-F1", "majority", "word list"]
    return [
        "## Decisions on the same rows",
        "At the threshold that gives the best F1 on the calibration rows. The last columns are the macro-F1 of always "
        "naming the commoner class, and of flagging what the word list finds.",
        _table(columns, lines),
    ]


def _table(columns: list[str], rows: list[list[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
