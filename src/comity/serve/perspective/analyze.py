"""`comments:analyze`: a comment scored in the requested attributes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from anyio import to_thread

from comity.content import Item
from comity.decide import Plan
from comity.serve.perspective.attributes import CRITERIA
from comity.serve.perspective.comment import Comment, comment_of
from comity.serve.perspective.failures import Refused, language_not_supported, unavailable
from comity.serve.perspective.judge import Ask, Judged, judge
from comity.serve.perspective.score_maps import ScoreMaps
from comity.serve.perspective.spans import sentences, trim
from comity.wire.perspective import (
    AnalyzeRequest,
    AnalyzeResponse,
    AttributeParameters,
    AttributeScores,
    Score,
    SpanScore,
)

_DIGITS = 6
_SCORE_TYPES = (None, "SCORE_TYPE_UNSPECIFIED", "PROBABILITY")


@dataclass(frozen=True, slots=True)
class Analyzer:
    """ask: decides items under `plan`. never_fail_on_language: in place of a language error, the text is read as
    English, and an attribute that even so nobody judges is left out.
    """

    ask: Ask
    plan: Plan
    maps: ScoreMaps
    never_fail_on_language: bool = False

    async def analyze(self, request: AnalyzeRequest) -> AnalyzeResponse:
        """Raises Refused, with an error of Perspective's own."""
        comment = await to_thread.run_sync(comment_of, request)
        attributes = _attributes(request)
        ranges = _ranges(comment, by_sentence=bool(request.span_annotations))
        whole, *pieces = found = await self._judge(comment, ranges, attributes.keys())
        if any(judged.failed for row in found for judged in row.values()):
            raise unavailable()
        scores: dict[str, AttributeScores] = {}
        for name, parameters in attributes.items():
            summary = self._summary(comment, name, whole[name])
            if summary is None or summary < (parameters.score_threshold or 0.0):
                continue
            spans = [self._mapped(name, piece[name].score or 0.0) for piece in pieces] or [summary]
            scores[name] = AttributeScores(
                summary_score=Score(value=summary),
                span_scores=[
                    SpanScore(begin=begin, end=end, score=Score(value=value))
                    for (begin, end), value in zip(
                        (comment.span(*place) for place in ranges), spans, strict=True
                    )
                ],
            )
        return AnalyzeResponse(
            attribute_scores=scores or None,
            languages=list(comment.requested or comment.detected) or None,
            detected_languages=list(comment.detected) or None,
            client_token=request.client_token,
        )

    async def _judge(
        self, comment: Comment, ranges: list[tuple[int, int]], attributes: Collection[str]
    ) -> list[Mapping[str, Judged]]:
        """What is known of the whole comment and, if there are several, of each of its `ranges`."""
        whole = await judge(
            self.ask, self.plan, [comment.item], attributes, any_language=self.never_fail_on_language
        )
        if len(ranges) == 1:
            return whole
        language = comment.item.lang or next(iter(comment.detected), None)
        pieces = [
            replace(
                Item.text(comment.text.text[start:end]),
                role=comment.item.role,
                community=comment.item.community,
                lang=language,
                thread=comment.item.thread,
            )
            for start, end in ranges
        ]
        # Most sentences are too short to tell their language, and the whole comment's was accepted already.
        return whole + await judge(self.ask, self.plan, pieces, attributes, any_language=True)

    def _summary(self, comment: Comment, attribute: str, judged: Judged) -> float | None:
        """None: left out of the response."""
        language_agreed = bool(comment.requested) or self.never_fail_on_language
        # A text of signs alone must not fail in a language that was named, and the word lists did look at it.
        if judged.complete or (CRITERIA[attribute] and language_agreed and not comment.has_letters):
            return self._mapped(attribute, judged.score or 0.0)
        if self.never_fail_on_language:
            return None if judged.score is None else self._mapped(attribute, judged.score)
        if CRITERIA[attribute] and not (comment.requested or comment.detected):
            raise Refused("Unable to detect language.")
        raise language_not_supported(attribute, comment.requested, comment.detected)

    def _mapped(self, attribute: str, score: float) -> float:
        return round(self.maps.of(attribute)(score), _DIGITS)


def _attributes(request: AnalyzeRequest) -> dict[str, AttributeParameters]:
    attributes = request.requested_attributes
    if not attributes:
        raise Refused("Missing requested_attributes")
    for name, parameters in attributes.items():
        if name not in CRITERIA:
            raise Refused(f"Unknown requested attribute: {name[:64]}")
        if parameters.score_type not in _SCORE_TYPES:
            raise Refused(f"Attribute {name} does not support score type {parameters.score_type}")
    return attributes


def _ranges(comment: Comment, *, by_sentence: bool) -> list[tuple[int, int]]:
    text = comment.text.text
    if by_sentence:
        return sentences(text)
    whole = trim(text, 0, len(text))
    return [whole or (0, len(text))]
