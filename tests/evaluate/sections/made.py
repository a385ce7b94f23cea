"""Small cases and subjects, made up."""

from collections.abc import Mapping, Sequence

import numpy as np

from comity.content import Item
from comity.evaluate.cases import Case, Cases
from comity.evaluate.subject import Answers


def cases(rows: Sequence[Mapping[str, object]], *targets: str) -> Cases:
    """Rows are fields; `text`, `annotations` and `spans` are what they say. Targets are read from fields."""
    return Cases(
        tuple(_case(row, place) for place, row in enumerate(rows)),
        {
            target: np.array([np.nan if row.get(target) is None else row[target] for row in rows], float)
            for target in targets
        },
        len(rows),
    )


def _case(row, place):
    text = str(row.get("text", "some words"))
    return Case(
        f"row-{place}",
        Item.text(text, id=f"row-{place}"),
        row,
        tuple(row.get("annotations", ())),
        row.get("spans"),
    )


def answers(scores: Mapping[str, Sequence[float]], **more: object) -> Answers:
    columns = {criterion: np.array(column, float) for criterion, column in scores.items()}
    size = len(next(iter(columns.values())))
    return Answers(columns, ("",) * size, **more)


class WordSubject:
    """Scores 1 in `insult` for texts that hold one of `words`, else 0, and remembers how many it was asked."""

    name, version, remote = "words", "1", False
    learned_from = frozenset()

    def __init__(self, *words: str) -> None:
        self._words, self.asked = words, 0

    def answer(self, items: Sequence[Item]) -> Answers:
        self.asked += len(items)
        scores = [float(any(word in item.parts[0].text for word in self._words)) for item in items]
        return Answers({"insult": np.array(scores, float)}, ("",) * len(items))

    def under(self, policy: str) -> "WordSubject":
        return self

    def megabytes(self) -> float | None:
        return None
