"""The text of a comment in HTML, which still knows where it stood in the HTML."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate

from comity.content.offsets import Normalised

_REFERENCE = re.compile(r"&#?\w{1,32};?")
_UNREAD = frozenset({"script", "style", "template", "title"})
_BREAKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "table", "td", "th", "tr", "ul"}
)


def text_of_html(html: str) -> Normalised:
    """What a reader sees: no tags, comments, scripts or styles, entities resolved, a new line for each block."""
    reader = _Reader(html)
    # Past the last `>` there is no tag, but the parser would search the rest for one at every `<`.
    end_of_tags = html.rfind(">") + 1
    reader.feed(html[:end_of_tags])
    reader.close()
    reader.read_text(end_of_tags)
    return Normalised("".join(reader.pieces), len(html), reader.starts, reader.ends)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._html = html
        self._line_starts = [0, *accumulate(len(line) + 1 for line in html.split("\n"))]
        self._unread = 0

    def handle_data(self, data: str) -> None:
        start = self._here()
        self._data(start, start + len(data))

    def handle_entityref(self, name: str) -> None:
        self._reference(self._here(), f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(self._here(), f"&#{name}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._break(tag)
        self._unread += tag in _UNREAD

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        self._unread = max(0, self._unread - (tag in _UNREAD))

    def read_text(self, start: int) -> None:
        """Reads the rest from `start` as text with references."""
        for match in _REFERENCE.finditer(self._html, start):
            self._data(start, match.start())
            self._reference(match.start(), match[0])
            start = match.end()
        self._data(start, len(self._html))

    def _data(self, start: int, end: int) -> None:
        self._add(self._html[start:end], range(start, end), range(start + 1, end + 1))

    def _reference(self, start: int, written: str) -> None:
        end = start + len(written)
        if not written.endswith(";") and self._html[end : end + 1] == ";":
            written, end = written + ";", end + 1
        # A surrogate or a number past Unicode comes out of `unescape` as U+FFFD.
        text = unescape(written)
        self._add(text, [start] * len(text), [end] * len(text))

    def _break(self, tag: str) -> None:
        if tag in _BREAKS and self.pieces and not self.pieces[-1].endswith("\n"):
            self._add("\n", [self._here()], [self._here()])

    def _add(self, text: str, starts: range | list[int], ends: range | list[int]) -> None:
        if not self._unread:
            self.pieces.append(text)
            self.starts.extend(starts)
            self.ends.extend(ends)

    def _here(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column
