"""What a visitor filled in, read from the address or from a posted form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request

from comity.content import Item
from comity.content.item import ROLES
from comity.errors import InputError

LINK_CHARS = 6_000
"""Longer addresses are refused by common proxies and mail programs."""
_MAX_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """`text` is None before anything was sent. `thread`: one earlier message a line, oldest first. `policy` is the
    name of a known policy, "" for the default; `yaml` an edited one in its place. `do` is the button that was used.
    """

    text: str | None = None
    thread: str = ""
    role: str = "post"
    policy: str = ""
    yaml: str = ""
    do: str = "check"
    format: str = ""

    @property
    def link(self) -> str | None:
        """The address of this form's result, relative to the page; None where it does not fit into one."""
        if self.yaml or not self.text:
            return None
        filled = {"text": self.text, "thread": self.thread, "role": self.role, "policy": self.policy}
        defaults = {"thread": "", "role": "post", "policy": ""}
        query = urlencode({name: value for name, value in filled.items() if value != defaults.get(name)})
        return f"?{query}" if len(query) <= LINK_CHARS else None

    @property
    def item(self) -> Item:
        """Raises InputError for a text that is missing or too long, or an unknown role."""
        if not (self.text or "").strip():
            raise InputError("there is no text to check", next_step="Write or paste one first.")
        if self.role not in ROLES:
            raise InputError("there is no such role", next_step=f"Use one of {', '.join(ROLES)}.")
        thread = tuple(Item.text(line) for line in self.thread.splitlines() if line.strip())
        return Item.text(self.text or "", role=self.role, thread=thread)


async def read_form(request: Request) -> Form:
    """Raises InputError for a body that is no form in UTF-8."""
    if request.method != "POST":
        return _form(request.query_params)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _FORM:
        raise InputError("this page takes no such body", next_step=f"Send {_FORM}, or use /v1/moderate.")
    try:
        sent = parse_qs(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise InputError(
            "the form is not UTF-8 or has too many fields", next_step="Send it from the page."
        ) from None
    return _form({name: values[-1] for name, values in sent.items()})


def _form(sent: Mapping[str, str]) -> Form:
    # Browsers end the lines of a posted text area with CRLF, whatever was typed.
    return Form(
        **{field.name: sent[field.name].replace("\r\n", "\n") for field in fields(Form) if field.name in sent}
    )
