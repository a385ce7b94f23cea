"""The shapes of Google's Perspective API (`commentanalyzer` v1alpha1).

As in every Google API a field may be written in camel case or in snake case, `null` is the same as absent, and a
field that is not known is passed over. Offsets count UTF-16 code units, end exclusive; scores lie in [0, 1].
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

TextType = Literal["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"]
ScoreType = Literal["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _absent_if_null(value: Any) -> Any:
    return {} if value is None else value


class _Message(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class TextEntry(_Message):
    text: str | None = None
    type: TextType | None = None


class ArticleAndParentComment(_Message):
    article: TextEntry | None = None
    parent_comment: TextEntry | None = None


class Context(_Message):
    """What was said before: `entries`, oldest first, or an article and the comment that is answered."""

    entries: list[TextEntry] | None = None
    article_and_parent_comment: ArticleAndParentComment | None = None


class AttributeParameters(_Message):
    """`score_threshold`: lower scores are left out of the response."""

    score_type: ScoreType | None = None
    score_threshold: float | None = Field(None, allow_inf_nan=False)


class _Request(_Message):
    comment: TextEntry | None = None
    context: Context | None = None
    languages: list[str] | None = None
    client_token: str | None = None
    session_id: str | None = None
    community_id: str | None = None


class AnalyzeRequest(_Request):
    requested_attributes: (
        dict[str, Annotated[AttributeParameters, BeforeValidator(_absent_if_null)]] | None
    ) = None
    span_annotations: bool | None = None
    do_not_store: bool | None = None


class SuggestedScore(_Message):
    value: Probability
    type: ScoreType | None = None


class SuggestedSpan(_Message):
    begin: int | None = None
    end: int | None = None
    score: SuggestedScore


class SuggestedScores(_Message):
    summary_score: SuggestedScore | None = None
    span_scores: list[SuggestedSpan] | None = None


class SuggestRequest(_Request):
    attribute_scores: dict[str, SuggestedScores] | None = None


class Score(_Message):
    value: float
    type: Literal["PROBABILITY"] = "PROBABILITY"


class SpanScore(_Message):
    begin: int
    end: int
    score: Score


class AttributeScores(_Message):
    span_scores: list[SpanScore]
    summary_score: Score


class AnalyzeResponse(_Message):
    attribute_scores: dict[str, AttributeScores] | None = None
    languages: list[str] | None = None
    detected_languages: list[str] | None = None
    client_token: str | None = None


class SuggestResponse(_Message):
    client_token: str | None = None
    detected_languages: list[str] | None = None
    requested_languages: list[str] | None = None
