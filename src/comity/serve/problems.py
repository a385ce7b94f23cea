"""Every error as a problem document (RFC 9457, `application/problem+json`), mapped here and nowhere else. Below the
paths of a vendor's door the document is told in the vendor's own shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from comity.errors import (
    ComityError,
    Conflict,
    Forbidden,
    InputError,
    LimitExceeded,
    NotFound,
    PolicyError,
    StoreError,
    Unauthorised,
)
from comity.serve.unavailable import TooMany, Unavailable

MEDIA_TYPE = "application/problem+json"
BODY_BRANCHES = ("one item", "many items")
"""How the shapes of a request body are called, where there are several; pydantic puts the name into the path."""
MAX_ERRORS = 50

_STATUS: dict[type[ComityError], HTTPStatus] = {
    LimitExceeded: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PolicyError: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    NotFound: HTTPStatus.NOT_FOUND,
    Unauthorised: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    ComityError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class FieldError(BaseModel):
    """One wrong place: `pointer` is a JSON pointer into the body, `parameter` a query parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """A problem document. `code` is stable across releases."""

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str
    where: str | None = None
    next_step: str | None = None
    request_id: str | None = None
    errors: list[FieldError] | None = None

    @property
    def sentence(self) -> str:
        """What is wrong, and where in the request, in one line."""
        if not self.errors:
            return " ".join(filter(None, (f"{self.detail}.", self.next_step)))
        first = self.errors[0]
        place = (first.pointer or "").lstrip("/").replace("/", ".") or first.parameter
        return f"{place}: {first.detail}" if place else first.detail

    @property
    def field(self) -> str | None:
        """The field of the body, or the parameter, that is wrong; None if that is not known."""
        for error in self.errors or ():
            return (error.pointer or "").lstrip("/").partition("/")[0] or error.parameter
        return None


def described(text: str) -> dict[str, Any]:
    """An answer that is a problem document, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text, "content": content}


Entry = TypeVar("Entry")
ErrorShape = Callable[[Problem], JSONResponse]
"""Tells a problem in the words and with the status code of a vendor."""


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """The answer for one error. `more` are further members of the document; empty ones are left out."""
    document = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id=getattr(request.state, "request_id", None),
        **{name: value for name, value in more.items() if value},
    )
    answer = _shape(request)(document)
    answer.headers.update(headers or {})
    return answer


def behind(path: str, prefixes: Mapping[str, Entry]) -> Entry | None:
    """What stands for `path` in a mapping from prefixes of paths."""
    for prefix, entry in prefixes.items():
        if path == prefix or path.startswith(f"{prefix}/"):
            return entry
    return None


def _shape(request: Request) -> ErrorShape:
    shapes = cast(Mapping[str, ErrorShape], request.app.state.error_shapes)
    return behind(request.url.path, shapes) or _problem_document


def _problem_document(document: Problem) -> JSONResponse:
    return JSONResponse(document.model_dump(exclude_none=True), document.status, media_type=MEDIA_TYPE)


def status_of(error: ComityError) -> HTTPStatus:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def comity_problem(request: Request, error: ComityError) -> JSONResponse:
    """The answer for an error of our own tree."""
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorised):
        headers["WWW-Authenticate"] = 'Bearer realm="comity"'
    return problem(
        request,
        status_of(error),
        error.what,
        code=error.code,
        headers=headers,
        where=error.where,
        next_step=error.next_step,
        errors=[FieldError(detail=str(mistake)) for mistake in error.problems[:MAX_ERRORS]]
        if isinstance(error, PolicyError)
        else None,
    )


def install(app: FastAPI, shapes: Mapping[str, ErrorShape]) -> None:
    """Makes `app` answer every error: in one of `shapes` (path prefix → shape), otherwise as a problem document."""
    app.state.error_shapes = shapes

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ComityError)
        return comity_problem(request, error)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem(
            request, error.status_code, error.detail, code=f"H{error.status_code}", headers=error.headers
        )

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return _invalid(request, error)

    app.add_exception_handler(ComityError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    mistakes = error.errors()
    count = len(mistakes)
    return problem(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"the request has {count} {'mistake' if count == 1 else 'mistakes'}",
        code=InputError.default_code,
        next_step="Compare it with /openapi.json.",
        errors=[_field_error(mistake) for mistake in mistakes[:MAX_ERRORS]],
    )


def _field_error(mistake: Mapping[str, Any]) -> FieldError:
    """Where and what; never pydantic's `input`, which is content."""
    place, *path = mistake["loc"]
    if place != "body":
        return FieldError(detail=mistake["msg"], parameter=".".join(map(str, path)))
    if path and path[0] in BODY_BRANCHES:
        path = path[1:]
    pointer = "".join("/" + str(step)[:64].replace("~", "~0").replace("/", "~1") for step in path)
    return FieldError(detail=mistake["msg"], pointer=pointer)
