"""The routes of the page: `/` and its style sheet, script and icon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from comity.content.item import ROLES
from comity.errors import ComityError, Forbidden, PolicyError, Problem, Unauthorised
from comity.moderator.record import decision_out
from comity.policy import Policy
from comity.serve.auth import check_key, check_scope
from comity.serve.deciding import decide, moderator_for
from comity.serve.page.form import Form, read_form
from comity.serve.page.result import Result, result
from comity.serve.page.samples import SAMPLES
from comity.serve.problems import comity_problem, status_of
from comity.serve.service import policy_of, service_of
from comity.serve.unavailable import TooMany

_ASK_FOR_KEY = 'Basic realm="Comity: the API key is the password", charset="UTF-8"'
_STATIC = Path(__file__).parent / "static"
_environment = Environment(
    loader=PackageLoader("comity.serve.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What is wrong with the form: a `title` and a `next_step`, or the problems of the edited policy."""

    title: str
    next_step: str = ""
    in_policy: tuple[Problem, ...] = ()


def install(app: FastAPI) -> None:
    """Adds the page to `app`."""
    app.mount("/static", _Static(directory=_STATIC))
    app.add_route("/", _show, methods=["GET", "POST"], include_in_schema=False)


class _Static(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _show(request: Request) -> Response:
    service = service_of(request)
    try:
        await to_thread.run_sync(check_key, request)
        check_scope(request, "moderate")
    except Unauthorised as error:
        refusal = comity_problem(request, error)
        refusal.headers["WWW-Authenticate"] = _ASK_FOR_KEY
        return refusal
    except (Forbidden, TooMany) as error:
        return comity_problem(request, error)
    form, policy = Form(), service.policies.default
    try:
        form = await read_form(request)
        policy = policy_of(request, form.policy or None)
        form = _with_editor(form, service.policies.source(policy))
        if form.text is None or form.do in ("edit", "discard"):
            return _page(request, form, policy)
        item = form.item
        if request.method == "POST" and form.do == "check" and form.link:
            return RedirectResponse(f"./{form.link}#result", 303)
        if form.yaml:
            moderator = await to_thread.run_sync(service.policies.edited, form.yaml)
        else:
            moderator = await moderator_for(request, form.policy or None)
        [decision] = await decide(request, moderator, [item], list, edited=bool(form.yaml))
    except ComityError as error:
        if form.format == "json":
            return comity_problem(request, error)
        return _page(request, form, policy, mistakes=_mistakes(error), status=status_of(error))
    if form.format == "json":
        return JSONResponse(decision_out(decision).model_dump())
    return _page(request, form, policy, found=result(decision, item, moderator))


def _with_editor(form: Form, source: str) -> Form:
    """The form with its editor opened, closed, or closed because nothing was changed in it."""
    if form.do == "edit":
        return replace(form, yaml=form.yaml or source)
    unchanged = form.yaml.strip() == source.strip()
    return replace(form, yaml="") if form.do == "discard" or unchanged else form


def _mistakes(error: ComityError) -> Mistakes:
    title = error.what[:1].upper() + error.what[1:]
    if isinstance(error, PolicyError):
        return Mistakes(title, in_policy=error.problems)
    return Mistakes(title, error.next_step)


def _quoted(text: str) -> Markup:
    """`text` with what stands between backticks as code."""
    pieces = [escape(piece) for piece in text.split("`")]
    if len(pieces) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else piece for index, piece in enumerate(pieces)
    )


_environment.filters["quoted"] = _quoted


def _page(
    request: Request,
    form: Form,
    policy: Policy,
    *,
    found: Result | None = None,
    mistakes: Mistakes | None = None,
    status: int = 200,
) -> HTMLResponse:
    html = _environment.get_template("page.html").render(
        form=form,
        policy=policy,
        policies=service_of(request).policies.known(),
        roles=ROLES,
        samples=[(name, f"./{sample.link}#result") for name, sample in SAMPLES],
        result=found,
        mistakes=mistakes,
        # Whoever posted a text has just seen it; whoever follows a link has not.
        veiled=found is not None and found.adverse and request.method != "POST",
    )
    return HTMLResponse(html, status)
