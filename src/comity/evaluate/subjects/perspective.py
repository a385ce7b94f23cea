"""Any endpoint that is compatible with the Perspective API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from comity.content import Item
from comity.evaluate.subject import Answers
from comity.evaluate.subjects.columns import in_our_words, score_columns, text_of
from comity.evaluate.subjects.endpoint import PATIENT, Endpoint, Patience, Refused, address, key
from comity.taxonomy.crosswalk import CROSSWALK
from comity.wire import perspective as wire

_AT_ONCE = 8
_ATTRIBUTES = tuple(
    dict.fromkeys(code for told in CROSSWALK.values() for code in told.get("perspective", ()))
)
_WORD = re.compile(r"[A-Z_]+")


class _Summary(BaseModel):
    value: wire.Probability


class _AttributeScores(BaseModel):
    summaryScore: _Summary  # noqa: N815 - as it is written there


class _Response(BaseModel):
    attributeScores: dict[str, _AttributeScores]  # noqa: N815


@dataclass(frozen=True, slots=True)
class PerspectiveSubject:
    """One request an item, eight at a time, with the thread as context. An attribute that is refused, because the
    endpoint does not have it or not in the item's language, is left out and the others are asked for again; an item
    for which none is left is not judged.
    """

    endpoint: Endpoint
    name: str
    version: str
    remote: bool = True
    learned_from: ClassVar[frozenset[str]] = frozenset()

    def answer(self, items: Sequence[Item]) -> Answers:
        """Raises ComityError if the endpoint is not there, not willing, or out of order."""
        answered = self.endpoint.each(self._ask, items, _AT_ONCE)
        rows = [{} if isinstance(answer, Refused) else _scores(answer) for answer in answered]
        return Answers(
            scores=score_columns(rows),
            unjudged=tuple(
                answer.reason if isinstance(answer, Refused) else "" if row else "no score"
                for answer, row in zip(answered, rows, strict=True)
            ),
        )

    def under(self, policy: str) -> PerspectiveSubject:  # noqa: ARG002 - it follows none
        return self

    def megabytes(self) -> float | None:
        return None

    def _ask(self, item: Item) -> _Response | Refused:
        attributes = list(_ATTRIBUTES)
        while True:
            answer = self.endpoint.post(_request(item, attributes), _Response)
            if isinstance(answer, _Response):
                return answer
            named = {*_WORD.findall(json.dumps(answer.error))}
            left = [attribute for attribute in attributes if attribute not in named]
            if not left or len(left) == len(attributes):
                return answer
            attributes = left


def open_perspective(url: str, patience: Patience = PATIENT) -> PerspectiveSubject:
    """`/v1alpha1/comments:analyze` may be left out. The key is COMITY_EVALUATE_KEY or PERSPECTIVE_API_KEY.

    Raises InputError for what is no address.
    """
    place = address(url, "/v1alpha1/comments:analyze")
    secret = key("PERSPECTIVE_API_KEY")
    endpoint = Endpoint(place, {"X-Goog-Api-Key": secret} if secret else {}, patience)
    return PerspectiveSubject(endpoint, f"perspective@{place.netloc.decode('ascii')}", "v1alpha1")


def _request(item: Item, attributes: Iterable[str]) -> dict[str, object]:
    before = [wire.TextEntry(text=text_of(earlier)) for earlier in item.thread]
    request = wire.AnalyzeRequest(
        comment=wire.TextEntry(text=text_of(item), type="PLAIN_TEXT"),
        context=wire.Context(entries=before) if before else None,
        languages=[item.lang] if item.lang else None,
        requested_attributes={name: wire.AttributeParameters(score_threshold=None) for name in attributes},
        do_not_store=True,
    )
    return request.model_dump(by_alias=True, exclude_none=True)


def _scores(response: _Response) -> dict[str, float]:
    told = {name: scores.summaryScore.value for name, scores in response.attributeScores.items()}
    return in_our_words(told, "perspective")
