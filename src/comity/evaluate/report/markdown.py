"""A report as Markdown tables, for a model's card to quote."""

from __future__ import annotations

from collections.abc import Sequence

from comity.evaluate.report import ranking
from comity.evaluate.report.numbers import bounds, count, percent, plain
from comity.evaluate.result import Report
from comity.models.card import Measured


def quote(report: Report) -> str:
    """What was measured when, one line a target (the weakest first), then functional tests, disguises and false
    alarms. Sections that the report lacks are left out.
    """
    cap = f"at most {count(report.cap)} rows a suite" if report.cap else "all rows"
    parts = [
        f"Measured {report.started[:10]} with Comity {report.comity} ({cap}, seed {report.seed}). Brackets hold 95 % "
        "intervals. F1 is at a threshold fixed on calibration rows, or at 0.5 where there are too few. The best floor "
        "is the best of flagging everything, a word list and TF-IDF with logistic regression, by AUPRC. A star: other "
        "rows of the data taught the subject."
    ]
    parts += _section(
        ["suite", "target", "rows", "prevalence", "AUPRC", "best floor", "ROC-AUC", "F1", "ECE"],
        [_target(line) for line in ranking.lines(report.suites)],
    )
    parts += _section(
        ["functional tests", "macro F1", "accuracy"],
        [
            [suite.suite, _number(suite.functional.macro_f1), _rate(suite.functional.accuracy)]
            for suite in ranking.ranked_tests(report.suites)
            if suite.functional
        ],
    )
    parts += _section(
        ["disguise", "suite", "texts", "recall, clean", "recall, disguised"],
        [
            [one.perturbation, suite.suite, count(one.changed), _rate(one.clean_recall), _rate(one.recall)]
            for suite, one in ranking.disguises(report.suites)
        ],
    )
    parts += _section(
        ["harmless texts", "suite", "rows", "flagged"],
        [
            [one.kind, suite.suite, count(one.rows), _rate(one.rate)]
            for suite, one in ranking.alarms(report.suites)
        ],
    )
    return "\n\n".join(parts) + "\n"


def _target(line: ranking.Line) -> list[str]:
    target, at = line.target, line.target.operating
    floor = plain(line.floor.auprc) + f" ({line.floor.name})" if line.floor else plain(None)
    return [
        line.suite.suite + " \\*" * line.suite.seen,
        target.target,
        count(target.rows),
        percent(target.prevalence),
        _number(target.auprc),
        floor,
        _number(target.roc_auc),
        _number(at.f1 if at else None),
        plain(target.before.ece if target.before else None),
    ]


def _number(metric: Measured | None) -> str:
    return f"{plain(metric.value if metric else None)} {bounds(metric)}".strip()


def _rate(metric: Measured | None) -> str:
    if metric is None:
        return percent(None)
    return f"{percent(metric.value)} [{percent(metric.low)}, {percent(metric.high)}]"


def _section(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [columns, ["---"] * len(columns), *rows]
    return ["\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
