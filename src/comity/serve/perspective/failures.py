"""Errors as Google's APIs tell them: `{"error": {"code", "message", "status", "details"}}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse

from comity.errors import ComityError
from comity.serve.problems import Problem

_TYPE = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_CODES = {405: 404, 413: 400, 415: 400, 422: 400}
"""HTTP statuses of ours that Google's APIs answer with another one."""


class Refused(ComityError):
    """A request that is answered with an error of Perspective's own, with HTTP `status`."""

    default_code = "H002"

    def __init__(self, message: str, *, status: int = 400, details: Sequence[Mapping[str, Any]] = ()) -> None:
        self.status, self.details = status, tuple(details)
        super().__init__(message)

    def answer(self) -> JSONResponse:
        return _answer(self.status, self.what, self.details)


def comment_empty() -> Refused:
    return Refused(
        "Comment must be non-empty.",
        details=[{"@type": _TYPE, "errorType": "COMMENT_EMPTY", "commentEmptyError": {}}],
    )


def comment_too_long() -> Refused:
    return Refused(
        "Comment text too long.",
        details=[{"@type": _TYPE, "errorType": "COMMENT_TOO_LONG", "commentTooLongError": {}}],
    )


def language_not_supported(attribute: str, requested: Sequence[str], detected: Sequence[str]) -> Refused:
    """Clients read `attribute` out of the details, drop it, and try again. `und` is BCP 47 for "not known"."""
    found: dict[str, Any] = {"detectedLanguages": list(detected or ("und",))}
    if requested:
        found["requestedLanguages"] = list(requested)
    languages = ", ".join(requested or detected or ("und",))
    return Refused(
        f"Attribute {attribute} does not support request languages: {languages}",
        details=[
            {
                "@type": _TYPE,
                "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
                "languageNotSupportedByAttributeError": {**found, "attribute": attribute},
            }
        ],
    )


def unavailable() -> Refused:
    return Refused("The service is currently unavailable.", status=503)


def key_missing() -> Refused:
    return Refused(
        "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity to "
        "call this API.",
        status=403,
    )


def key_unknown() -> Refused:
    reason = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "commentanalyzer.googleapis.com"},
    }
    return Refused("API key not valid. Please pass a valid API key.", details=[reason])


def google_error(problem: Problem) -> JSONResponse:
    """A problem of this server in Google's shape; its `errors` become field violations."""
    violations = [
        {"field": (error.pointer or "").strip("/").replace("/", "."), "description": error.detail}
        for error in problem.errors or ()
    ]
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}]
    return _answer(problem.status, problem.sentence, details if violations else ())


def _answer(status: int, message: str, details: Sequence[Mapping[str, Any]]) -> JSONResponse:
    code = _CODES.get(status, status)
    error: dict[str, Any] = {"code": code, "message": message, "status": _STATUS.get(code, "UNKNOWN")}
    if details:
        error["details"] = list(details)
    return JSONResponse({"error": error}, code)
