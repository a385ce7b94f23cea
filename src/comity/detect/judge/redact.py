"""What is taken out of a text before it leaves the machine: addresses, numbers, and what links carry."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[^\s@<>()\[\]\"',;:]{1,64}@[^\s@<>()\[\]\"',;:]{1,255}\.[^\W\d_]{2,63}")
_QUERY = re.compile(r"(?i)\b((?:https?://|www\.)[^\s?#<>\"']{1,2000})[?#][^\s<>\"']{0,2000}")
_LOGIN = re.compile(r"(?i)\b(https?://)[^\s/?#@]{1,200}@")
_NUMBER = re.compile(r"(?<![\w.])\+?\(?\d(?:[ \-./()]{0,3}\d){6,14}(?!\w)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}")


def redacted(text: str) -> str:
    """`text` with e-mail addresses, telephone numbers and the queries and fragments of links replaced by what they
    were. Names stay: nothing simple finds them.
    """
    text = _QUERY.sub(r"\1", _LOGIN.sub(r"\1", text))
    text = _EMAIL.sub("[e-mail address]", text)
    return _NUMBER.sub(_unless_date, text)


def _unless_date(found: re.Match[str]) -> str:
    return found[0] if _DATE.fullmatch(found[0]) else "[telephone number]"
