"""Any endpoint that is compatible with OpenAI's `/v1/moderations`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from comity.content import Item
from comity.evaluate.subject import Answers
from comity.evaluate.subjects.columns import in_our_words, score_columns, text_of
from comity.evaluate.subjects.endpoint import PATIENT, Endpoint, Patience, Refused, address, key
from comity.wire.native import NotJudgedOut

_BATCH = 32
_AT_ONCE = 4


class _Result(BaseModel):
    """What every compatible endpoint says. `not_judged` is what Comity's own adds: a 0 there means nothing."""

    flagged: bool
    category_scores: dict[str, Annotated[float, Field(ge=0, le=1)] | None]
    not_judged: list[NotJudgedOut] = Field(default_factory=list)

    def scores(self) -> dict[str, float]:
        silent = {missing.what for missing in self.not_judged}
        known = {
            code: score
            for code, score in self.category_scores.items()
            if score is not None and code not in silent
        }
        return in_our_words(known, "openai")

    def why_not(self) -> str:
        return "; ".join(dict.fromkeys(missing.reason for missing in self.not_judged)) or "no score"


class _Response(BaseModel):
    results: list[_Result]


@dataclass(frozen=True, slots=True)
class OpenAISubject:
    """Texts are sent in batches of 32, four at a time; a batch that is refused is sent again in halves, down to the
    one item that is to blame. Threads and roles are not sent: the API has no place for them.
    """

    endpoint: Endpoint
    name: str
    version: str
    model: str | None = None
    remote: bool = True
    learned_from: ClassVar[frozenset[str]] = frozenset()

    def answer(self, items: Sequence[Item]) -> Answers:
        """Raises ComityError if the endpoint is not there, not willing, or out of order."""
        texts = [text_of(item) for item in items]
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        answered = self.endpoint.each(self._ask, batches, _AT_ONCE)
        results = [result for batch in answered for result in batch]
        rows = [{} if isinstance(result, Refused) else result.scores() for result in results]
        return Answers(
            scores=score_columns(rows),
            unjudged=tuple(map(_why_not, results, rows)),
            flagged=np.array([isinstance(result, _Result) and result.flagged for result in results], bool),
        )

    def under(self, policy: str) -> OpenAISubject:  # noqa: ARG002 - it follows none
        return self

    def megabytes(self) -> float | None:
        return None

    def _ask(self, texts: Sequence[str]) -> Sequence[_Result | Refused]:
        alone = len(texts) == 1  # some endpoints take no lists
        model = {} if self.model is None else {"model": self.model}
        response = self.endpoint.post({"input": texts[0] if alone else list(texts), **model}, _Response)
        if isinstance(response, _Response) and len(response.results) == len(texts):
            return response.results
        if not alone:
            half = len(texts) // 2
            return [*self._ask(texts[:half]), *self._ask(texts[half:])]
        return [response if isinstance(response, Refused) else Refused("another number of results")]


def open_openai(spec: str, patience: Patience = PATIENT) -> OpenAISubject:
    """`URL` or `URL#MODEL`; `/v1/moderations` may be left out. The key is COMITY_EVALUATE_KEY or OPENAI_API_KEY.

    Raises InputError for what is no address.
    """
    url, _, model = spec.partition("#")
    place = address(url, "/v1/moderations")
    secret = key("OPENAI_API_KEY")
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return OpenAISubject(
        Endpoint(place, headers, patience),
        f"openai@{place.netloc.decode('ascii')}",
        model or "default model",
        model or None,
    )


def _why_not(result: _Result | Refused, scores: Mapping[str, float]) -> str:
    if isinstance(result, Refused):
        return result.reason
    return "" if scores else result.why_not()
