"""A statement of reasons as the DSA transparency database takes it (schema of 1 July 2025)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from comity.decide.ladder import Restriction
from comity.decide.statement import Automated, FoundBy, Statement

_VISIBILITY = {
    "label": "DECISION_VISIBILITY_CONTENT_LABELLED",
    "limit": "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "block": "DECISION_VISIBILITY_CONTENT_DISABLED",
}
_SOURCE: dict[FoundBy, str] = {
    "detection": "SOURCE_VOLUNTARY",
    "staff": "SOURCE_VOLUNTARY",
    "human": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "automation": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "trusted_flagger": "SOURCE_TRUSTED_FLAGGER",
}
_AUTOMATED: dict[Automated, str] = {
    "fully": "AUTOMATED_DECISION_FULLY",
    "partially": "AUTOMATED_DECISION_PARTIALLY",
    "not": "AUTOMATED_DECISION_NOT_AUTOMATED",
}


def dsa_fields(statement: Statement) -> dict[str, Any]:
    """The fields of `POST /api/v1/statement`, without `territorial_scope`, which the platform knows.

    They name no person and quote nothing. A policy is the platform's own, so that the ground is always incompatibility
    with its terms. Texts past a field's limit end in `…`. Empty where nothing was restricted that the database knows,
    as with a warning.
    """
    restricted = {**_on_item(statement.action), **_on_account(statement.follows.restriction)}
    if not restricted:
        return {}
    cited = statement.cited
    rules = ", ".join(f"rule {each.rule}" for each in cited)
    others = dict.fromkeys(each.category for each in cited if each.category != statement.category)
    fields = {
        "puid": statement.decision,
        **restricted,
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": _cut(
            f"{statement.policy}: {rules}" if cited else statement.policy, 500
        ),
        "incompatible_content_explanation": _cut(
            " ".join(each.text for each in cited) or statement.without_rule,
            2_000,
        ),
        "content_type": [f"CONTENT_TYPE_{kind.upper()}" for kind in statement.kinds],
        "category": statement.category,
        **({"category_addition": list(others)} if others else {}),
        "content_date": _date(statement.posted_at),
        "application_date": _date(statement.decided_at),
        "decision_facts": _cut(" ".join(statement.facts), 5_000),
        "source_type": _SOURCE[statement.found_by],
        "automated_detection": "Yes" if statement.automated_detection else "No",
        "automated_decision": _AUTOMATED[statement.automated_decision],
    }
    language = (statement.lang or "").split("-")[0].split("_")[0]
    return {**fields, "content_language": language.upper()} if len(language) == 2 else fields


def _on_item(action: str) -> dict[str, Any]:
    return {"decision_visibility": [_VISIBILITY[action]]} if action in _VISIBILITY else {}


def _on_account(restriction: Restriction | None) -> dict[str, Any]:
    if restriction is None or restriction.action == "warn":
        return {}
    end = _date(restriction.until) if restriction.until else None
    if restriction.action == "mute":
        fields = {
            "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
            "end_date_service_restriction": end,
        }
    else:
        terminated = restriction.action == "ban" and end is None
        account = "DECISION_ACCOUNT_TERMINATED" if terminated else "DECISION_ACCOUNT_SUSPENDED"
        fields = {"decision_account": account, "end_date_account_restriction": end}
    return {name: value for name, value in fields.items() if value}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
