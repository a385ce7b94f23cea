"""Any Python function that scores texts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from math import isnan, nan
from pathlib import Path
from typing import Any, ClassVar

from comity.content import Item
from comity.errors import InputError
from comity.evaluate.subject import ANY_CRITERION, Answers
from comity.evaluate.subjects.columns import score_columns, text_of
from comity.taxonomy import CATEGORIES

_SHAPE = "Return one float in [0, 1] a text, or one dict a text from criterion to such a float."


@dataclass(frozen=True, slots=True)
class FunctionSubject:
    """`function(texts)` gives one answer a text: a float for every criterion at once, or a dict from criterion to
    float, in which a criterion that is left out was not judged. Parts of an item are joined by line breaks.
    """

    function: Callable[[list[str]], Any]
    name: str
    version: str
    remote: bool = False
    learned_from: ClassVar[frozenset[str]] = frozenset()

    def answer(self, items: Sequence[Item]) -> Answers:
        """Raises InputError if the function fails, or returns something else."""
        texts = [text_of(item) for item in items]
        try:
            returned = self.function(texts)
        except Exception as error:
            raise InputError(f"the function failed with {type(error).__name__}", where=self.name) from error
        rows = [self._row(answer) for answer in self._listed(returned, len(texts))]
        return Answers(
            score_columns(rows), tuple("" if row else "the function gave it no score" for row in rows)
        )

    def under(self, policy: str) -> FunctionSubject:  # noqa: ARG002 - it follows none
        return self

    def megabytes(self) -> float | None:
        return None

    def _listed(self, returned: Any, count: int) -> list[Any]:
        if isinstance(returned, str | Mapping) or not hasattr(returned, "__iter__"):
            raise self._wrong(f"{_kind(returned)} for {count} texts")
        answers = list(returned)
        if len(answers) != count:
            raise self._wrong(f"{len(answers)} answers for {count} texts")
        return answers

    def _row(self, answer: Any) -> dict[str, float]:
        if not isinstance(answer, Mapping):
            return {ANY_CRITERION: self._score(answer)}
        unknown = [str(name) for name in answer if name not in CATEGORIES]
        if unknown:
            raise self._wrong(f"a score for `{unknown[0][:64]}`, which is no criterion")
        return {str(name): self._score(score) for name, score in answer.items()}

    def _score(self, value: Any) -> float:
        try:
            score = nan if isinstance(value, str) else float(value)
        except (TypeError, ValueError):
            score = nan
        if isnan(score):
            raise self._wrong(f"{_kind(value)} in place of a score")
        if not 0 <= score <= 1:
            raise self._wrong(f"the score {score:g}")
        return score

    def _wrong(self, returned: str) -> InputError:
        return InputError(f"the function returned {returned}", where=self.name, next_step=_SHAPE)


def open_function(path: str) -> FunctionSubject:
    """The function at `module:function`; modules in the working folder are found as well. Raises InputError."""
    module_name, _, name = path.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = import_module(module_name)
    except Exception as error:
        raise InputError(
            f"the module cannot be imported: {type(error).__name__}: {error}",
            where=module_name,
            next_step="Start in the folder that holds it, or install it.",
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise InputError(
            f"the module has no function `{name}`",
            where=module_name,
            next_step="Write python:MODULE:FUNCTION.",
        )
    source = getattr(module, "__file__", None)
    return FunctionSubject(
        function, path, sha256(Path(source).read_bytes()).hexdigest()[:12] if source else ""
    )


def _kind(value: Any) -> str:
    return "NaN" if value != value else f"a {type(value).__name__}"
