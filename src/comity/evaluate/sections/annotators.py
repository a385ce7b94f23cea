"""Whom does the subject agree with? Annotators, groups of them, and the subject as one more rater."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from comity.evaluate.agreement import agreement_matrix, group_agreement, soft_cross_entropy
from comity.evaluate.cases import Cases
from comity.evaluate.krippendorff import alpha
from comity.evaluate.measure import finite, measured
from comity.evaluate.metrics import FEWEST, Floats, decisions
from comity.evaluate.reading import annotation
from comity.evaluate.result import AnnotatorGroup, AnnotatorsResult
from comity.evaluate.sections.members import values_of
from comity.evaluate.suite import Annotators

SUBJECT = "subject"
SMALLEST = 10
MOST_GROUPS = 40
MOST_RATERS = 12


@dataclass(frozen=True, slots=True)
class _Vote:
    """What one person said of the row at `row`: yes (1) or no (0). `entry` tells about the person."""

    row: int
    person: str
    yes: bool
    entry: Mapping[str, Any]


def annotators(cases: Cases, asked: Annotators, scores: Floats, threshold: float) -> AnnotatorsResult:
    """Agreement among those who annotated the rows, and of the subject's decision at `threshold` with them.

    scores: float (n,) in [0, 1], NaN where the subject did not judge: nothing is compared there. A group says yes
    where at least half of its votes do. Groups with fewer than 10 rows, and those after the 40 largest of a field, are
    left out. The matrix is of the subject and the groups by the first of `asked.by`; without one, of the subject and
    the annotators with most rows.
    """
    votes, size = [*_votes(cases, asked)], len(cases)
    people = _shares(votes, size, lambda vote: [vote.person])
    groups = {field: _groups(votes, size, field) for field in asked.by}
    ratings = decisions(np.array([*people.values()]).reshape(len(people), size), 0.5)
    share = _shares(votes, size, lambda _: [""]).get("", np.full(size, np.nan))
    judged, decided = np.where(np.isfinite(scores), share, np.nan), decisions(scores, threshold)
    enough = _rows(share) >= FEWEST
    also_judged = _rows(judged) >= FEWEST
    raters, matrix = _matrix(next(iter(groups.values()), people), decided)
    return AnnotatorsResult(
        rows=_rows(share),
        alpha=finite(alpha(ratings)) if enough else None,
        alpha_with_subject=finite(alpha(np.vstack([ratings, decided]))) if also_judged else None,
        cross_entropy=finite(soft_cross_entropy(judged, scores)) if also_judged else None,
        entropy=finite(soft_cross_entropy(judged, judged)) if also_judged else None,
        groups=tuple(
            group for field, shares in groups.items() for group in _agreeing(field, shares, scores, threshold)
        ),
        raters=raters,
        matrix=matrix,
    )


def _votes(cases: Cases, asked: Annotators) -> Iterator[_Vote]:
    for row, case in enumerate(cases.rows):
        for place, entry in enumerate(case.annotations):
            said = annotation(asked.read, entry)
            if np.isfinite(said):
                person = str(place if asked.id is None else entry.get(asked.id))
                yield _Vote(row, person, said >= 0.5, entry)


def _shares(votes: Iterable[_Vote], size: int, names: Callable[[_Vote], Iterable[str]]) -> dict[str, Floats]:
    """By name: of each row the share of votes under that name that say yes, float (size,), NaN where there is none.
    The name with most rows is first.
    """
    counts: dict[str, Floats] = {}
    for vote in votes:
        for name in names(vote):
            counts.setdefault(name, np.zeros((2, size)))[:, vote.row] += vote.yes, 1
    shares = {name: np.where(all_, yes / np.maximum(all_, 1), np.nan) for name, (yes, all_) in counts.items()}
    return dict(sorted(shares.items(), key=lambda one: (-_rows(one[1]), one[0])))


def _groups(votes: Sequence[_Vote], size: int, field: str) -> dict[str, Floats]:
    shares = _shares(votes, size, lambda vote: values_of(vote.entry.get(field)))
    large = [(group, share) for group, share in shares.items() if _rows(share) >= SMALLEST]
    return dict(large[:MOST_GROUPS])


def _agreeing(
    field: str, shares: Mapping[str, Floats], scores: Floats, threshold: float
) -> Iterator[AnnotatorGroup]:
    for group, found in group_agreement(shares, scores, threshold).items():
        yield AnnotatorGroup(
            by=field,
            group=group,
            rows=found.items,
            agreement=measured(found.agreement),
            kappa=finite(found.kappa),
        )


def _matrix(
    shares: Mapping[str, Floats], decided: Floats
) -> tuple[tuple[str, ...], tuple[tuple[float | None, ...], ...]]:
    raters = {name: decisions(share, 0.5) for name, share in [*shares.items()][:MOST_RATERS]}
    found = agreement_matrix({SUBJECT: decided, **raters})
    return found.raters, tuple(tuple(finite(kappa) for kappa in row) for row in found.kappa)


def _rows(share: Floats) -> int:
    return int(np.isfinite(share).sum())
