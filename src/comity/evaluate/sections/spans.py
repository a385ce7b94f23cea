"""Where a subject points: character F1 of its spans against those that annotators marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from comity.evaluate.cases import Cases
from comity.evaluate.measure import measured
from comity.evaluate.metrics import FEWEST, Floats
from comity.evaluate.resample import interval_of
from comity.evaluate.result import SpansResult
from comity.evaluate.spans import Spans, span_f1
from comity.evaluate.subject import Answers
from comity.evaluate.subjects.baseline import open_baseline


def spans(cases: Cases, answers: Answers, criteria: Sequence[str], threshold: float) -> SpansResult:
    """Over the rows whose spans were annotated. A span counts where its criterion's score reaches `threshold`.

    A subject whose evidence is a window of text points at far more than the words that offend, and scores so. The
    word list points at every listed word.
    """
    marked = [row for row, case in enumerate(cases.rows) if case.spans is not None]
    if len(marked) < FEWEST:
        return SpansResult(rows=len(marked), f1=None, word_list_f1=None)
    gold = [cases.rows[row].spans or () for row in marked]
    f1 = _f1(gold, [_pointed(answers, criteria, threshold, row) for row in marked])
    word_list = open_baseline("word-list").answer([cases.rows[row].item for row in marked])
    floor = _f1(gold, [_pointed(word_list, [*word_list.spans], 0, row) for row in range(len(marked))])
    return SpansResult(
        rows=len(marked),
        f1=measured(interval_of(lambda rows: float(f1[rows].mean()), len(marked))),
        word_list_f1=float(floor.mean()),
    )


def _f1(gold: Iterable[Spans], pointed: Iterable[Spans]) -> Floats:
    return np.array([span_f1(*both) for both in zip(gold, pointed, strict=True)])


def _pointed(answers: Answers, criteria: Sequence[str], threshold: float, row: int) -> list[tuple[int, int]]:
    return [
        span
        for criterion in criteria
        if criterion in answers.spans and answers.scores[criterion][row] >= threshold
        for span in answers.spans[criterion][row]
    ]
