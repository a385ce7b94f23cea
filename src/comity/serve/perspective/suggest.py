"""`comments:suggestscore`: what a comment should have been scored becomes annotations, to learn from."""

from __future__ import annotations

from comity.serve.perspective.attributes import CRITERIA
from comity.serve.perspective.comment import comment_of
from comity.serve.perspective.failures import Refused, language_not_supported
from comity.store import Database, NewAnnotation, add_annotation
from comity.taxonomy import Severity
from comity.wire.perspective import SuggestedScores, SuggestRequest, SuggestResponse

SOURCE = "perspective"


def suggest(database: Database, request: SuggestRequest) -> SuggestResponse:
    """Stores one annotation for each attribute, all or none. Raises Refused, StoreError.

    The annotator is the client's session, else its community; the source names the community, too. A high
    SEVERE_TOXICITY is a severe annotation of the plain category, a low one is none.
    """
    comment = comment_of(request)
    if not request.attribute_scores:
        raise Refused("Missing attribute_scores")
    values = {name: _value(name, scores) for name, scores in request.attribute_scores.items()}
    for name in values:
        if name not in CRITERIA:
            raise Refused(f"Unknown requested attribute: {name[:64]}")
        if not CRITERIA[name]:
            raise language_not_supported(name, comment.requested, comment.detected)
    annotator = request.session_id or request.community_id or SOURCE
    with database.write() as session:
        for name, value in values.items():
            severe = name.startswith("SEVERE_")
            if severe and value < 0.5:
                continue  # "not severe" says nothing of the category
            add_annotation(
                session,
                NewAnnotation(
                    item_id=comment.item.id,
                    text=comment.text.text,
                    criterion=CRITERIA[name][0],
                    value=value,
                    annotator=annotator,
                    source=f"{SOURCE}:{request.community_id}" if request.community_id else SOURCE,
                    severity=Severity.SEVERE if severe else None,
                ),
            )
    return SuggestResponse(
        client_token=request.client_token,
        detected_languages=list(comment.detected) or None,
        requested_languages=list(comment.requested) or None,
    )


def _value(name: str, scores: SuggestedScores) -> float:
    if scores.summary_score is not None:
        return scores.summary_score.value
    if not scores.span_scores:
        raise Refused(f"Missing summary_score of attribute {name[:64]}")
    return max(span.score.value for span in scores.span_scores)
