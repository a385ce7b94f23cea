"""Harmless texts that a subject would act on, by kind of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from comity.content import Item
from comity.evaluate.ask import ask
from comity.evaluate.cases import Cases
from comity.evaluate.metrics import Floats
from comity.evaluate.perturb import lookalikes
from comity.evaluate.result import FalseAlarms
from comity.evaluate.sections.clusters import Clusters, clusters_of, share
from comity.evaluate.sections.members import Rows, members
from comity.evaluate.subject import ANY_CRITERION, Answers, Subject
from comity.evaluate.suite import Suite

KIND = "kind"


def false_alarms(
    suite: Suite, cases: Cases, answers: Answers, thresholds: Mapping[str, float]
) -> tuple[FalseAlarms, ...]:
    """How many of the harmless rows of each kind (the rows' `kind`, else the suite) any target flags.

    thresholds: of each target that the subject judges. A row is harmless if some target's annotation says no and none
    says yes. A target to which nobody said anything on a row flags nothing there.
    """
    truth = np.stack(list(cases.truth.values()))
    harmless = (truth < 0.5).any(axis=0) & ~(truth >= 0.5).any(axis=0)
    criteria = {name: target.criteria for name, target in suite.scenario.targets.items()}
    kinds = members(cases, KIND) or {suite.suite: np.ones(len(cases), bool)}
    harmless_by_kind = {kind: rows & harmless for kind, rows in kinds.items()}
    known = {name: np.isfinite(annotations) for name, annotations in cases.truth.items()}
    blame = _blame(answers, criteria, thresholds, known)
    return _by_kind(harmless_by_kind, blame, clusters_of(cases, suite.scenario.group))


def lookalike_alarms(
    subject: Subject, criteria: Mapping[str, Sequence[str]], thresholds: Mapping[str, float], seed: int = 0
) -> tuple[FalseAlarms, ...]:
    """The same of harmless texts that look like disguised words: model numbers, links, code, other scripts.

    criteria, thresholds: of each target.
    """
    texts = lookalikes(seed)
    answers = ask(subject, [Item.text(one.text, id=f"lookalike-{n}") for n, one in enumerate(texts)])
    kinds = {
        kind: np.array([one.kind == kind for one in texts])
        for kind in dict.fromkeys(one.kind for one in texts)
    }
    known = dict.fromkeys(thresholds, np.ones(len(texts), bool))
    return _by_kind(kinds, _blame(answers, criteria, thresholds, known), np.arange(len(texts)))


def _blame(
    answers: Answers,
    criteria: Mapping[str, Sequence[str]],
    thresholds: Mapping[str, float],
    known: Mapping[str, Rows],
) -> list[str]:
    """For each row the criterion with the highest score of those over a threshold; "" where nothing is flagged. A
    target counts on its `known` rows, bool (n,).
    """
    highest: Floats = np.full(len(answers.unjudged), -np.inf)
    nothing, blame = np.full(len(highest), np.nan), [""] * len(highest)
    for target, threshold in thresholds.items():
        for criterion in (*criteria[target], ANY_CRITERION):
            scores = answers.scores.get(criterion, nothing)
            for row in np.flatnonzero(known[target] & (scores >= threshold) & (scores > highest)):
                highest[row], blame[row] = scores[row], criterion
    return blame


def _by_kind(kinds: Mapping[str, Rows], blame: Sequence[str], clusters: Clusters) -> tuple[FalseAlarms, ...]:
    flagged = np.array([bool(criterion) for criterion in blame])
    found = []
    for kind, rows in kinds.items():
        blamed = Counter(blame[row] for row in np.flatnonzero(rows & flagged).tolist())
        found.append(
            FalseAlarms(
                kind=kind,
                rows=int(rows.sum()),
                rate=share(flagged[rows], clusters[rows]),
                criterion=blamed.most_common(1)[0][0] if blamed else "",
            )
        )
    return tuple(found)
