"""A request's comment and context as an item of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from comity.content import Item
from comity.content.language import identify
from comity.content.offsets import Normalised
from comity.errors import InputError, LimitExceeded
from comity.limits import LIMITS
from comity.serve.perspective.failures import Refused, comment_empty, comment_too_long
from comity.serve.perspective.html_text import text_of_html
from comity.serve.perspective.spans import Utf16Offsets, trim
from comity.wire.perspective import AnalyzeRequest, Context, SuggestRequest, TextEntry

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` is what is judged, `item` the same as an item with its thread.

    requested: languages as the client named them. detected: the likeliest language of the text, or nothing.
    """

    item: Item
    text: Normalised
    requested: tuple[str, ...]
    detected: tuple[str, ...]
    _written: Utf16Offsets

    @property
    def has_letters(self) -> bool:
        return any(map(str.isalpha, self.text.text))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where code points `start` to `end` of the text stand in what the client sent, in UTF-16 code units."""
        begin, finish = self.text.original(start, end)
        return self._written.of(begin), self._written.of(finish)


def comment_of(request: AnalyzeRequest | SuggestRequest) -> Comment:
    """Raises Refused for a comment that is empty or too long, and for a context that is."""
    entry = request.comment or TextEntry()
    written = entry.text or ""
    if len(written.encode()) > LIMITS.perspective_bytes:
        raise comment_too_long()
    text = _read(entry)
    if trim(text.text, 0, len(text.text)) is None:
        raise comment_empty()
    requested = tuple(request.languages or ())
    for language in requested:
        if not _LANGUAGE.fullmatch(language):
            raise Refused("Invalid language code in `languages`.")
    found = identify(text.text).code
    detected = (found,) if found else ()
    try:
        item = Item.text(
            text.text,
            role="comment",
            community=request.community_id,
            lang=_language(requested, found),
            thread=_thread(request.context),
        )
    except LimitExceeded as error:
        raise Refused(f"The request is too large: {error.what}.") from None
    except InputError as error:
        raise Refused(error.what) from None
    return Comment(item, text, requested, detected, Utf16Offsets(written))


def _read(entry: TextEntry) -> Normalised:
    return text_of_html(entry.text or "") if entry.type == "HTML" else Normalised.of(entry.text or "")


def _language(requested: tuple[str, ...], detected: str | None) -> str | None:
    """The requested language that the text is in, as far as can be seen; None leaves the question to detectors."""
    spoken = [re.split("[-_]", language)[0].lower() for language in requested]
    if not spoken:
        return None
    return detected if detected in spoken else spoken[0]


def _thread(context: Context | None) -> tuple[Item, ...]:
    if context is None:
        return ()
    both = context.article_and_parent_comment
    entries = [*(context.entries or ()), both and both.article, both and both.parent_comment]
    texts = [_read(entry).text for entry in entries if entry is not None]
    return tuple(Item.text(text) for text in texts if text.strip())
