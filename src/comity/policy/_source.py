"""YAML as a policy may use it: plain values, each with its place in the file.

The core of YAML 1.2: `yes`, `no`, `on` and dates are text, and only `true` and `false` are booleans. No tags,
one document, and aliases only as far as the limits go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from comity.errors import PolicyError, Problem
from comity.limits import LIMITS
from comity.policy._mistake import Loc, Mistake

MAX_DEPTH = 20
MAX_NODES = 100_000
_SHOWN_CHARS = 160

# The C parser is ten times faster; the Python one, always there, gives better messages.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,15}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?\Z")

Place = tuple[int, int]
"""Line and column, both from 1."""


@dataclass(slots=True)
class Source:
    """A file's `value` in plain Python, and where each part of it stands."""

    path: str
    lines: list[str]
    value: Any = None
    values: dict[Loc, Place] = field(default_factory=dict)
    keys: dict[Loc, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def problem(self, mistake: Mistake) -> Problem:
        """The mistake at its place; where the document has no such value, at the closest thing around it."""
        loc = mistake.loc
        places = self.keys if mistake.code in _ABOUT_KEYS else self.values
        while loc and loc not in places:
            loc, places = loc[:-1], self.values
        line, column = places.get(loc, (1, 1))
        return self.problem_at(mistake.code, mistake.message, line, column, mistake.expected)

    def problem_at(
        self, code: str, message: str, line: int, column: int, expected: tuple[str, ...] = ()
    ) -> Problem:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if column > _SHOWN_CHARS:
            text = ""
        shown = "".join(char if char.isprintable() else " " for char in text[:_SHOWN_CHARS])
        return Problem(code, message, line, column, shown, expected, self.path)


_ABOUT_KEYS = frozenset({"P006", "P011", "P016", "P024"})


def parse(data: bytes, path: str) -> Source:
    """Reads `data`. Raises PolicyError where it cannot be read at all, LimitExceeded where it is too large.

    Mistakes that do not stop the reading, such as a key given twice, are in `mistakes`.
    """
    LIMITS.check("policy_bytes", len(data), where=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(
            "P001", f"byte {error.start + 1} is not UTF-8: save the file as UTF-8", line, 1, path=path
        )
        raise PolicyError([problem], where=path) from None
    source = Source(path, text.splitlines())
    try:
        problems = list(_structure(text, source))
    except yaml.YAMLError as error:
        problems = [_syntax(text, source, error)]
    if problems:
        raise PolicyError(problems, where=path)
    root = yaml.compose(text, Loader=_Loader)
    if root is None:
        raise PolicyError([Problem("P002", "the file is empty", 1, 1, path=path)], where=path)
    _Converter(source).convert_root(root)
    return source


def _structure(text: str, source: Source) -> Iterator[Problem]:
    """What could make it unsafe or ambiguous to build the document, found in the stream of events alone."""
    depth = documents = 0
    anchors: set[str] = set()
    for event in yaml.parse(text, Loader=_Loader):
        mark: Any = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield source.problem_at("P009", "a policy file holds one document", line, column)
                return
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                yield source.problem_at("P003", f"nested more than {MAX_DEPTH} levels deep", line, column)
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                yield source.problem_at("P004", f"there is no anchor `&{event.anchor}` above", line, column)
        elif isinstance(event, yaml.NodeEvent):
            if event.anchor:
                anchors.add(event.anchor)
            if isinstance(event, yaml.ScalarEvent) and not _is_unicode(event.value):
                # Only the Python parser lets these through.
                yield source.problem_at("P004", "half of a surrogate pair is no character", line, column)
            if getattr(event, "tag", None) is not None:
                yield source.problem_at(
                    "P008", "tags such as `!!str` are not allowed in a policy", line, column
                )


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _syntax(text: str, source: Source, error: yaml.YAMLError) -> Problem:
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:  # the Python parser would take seconds for thousands of levels
                place: Any = event.start_mark
                deep = f"nested more than {MAX_DEPTH} levels deep"
                return source.problem_at("P003", deep, place.line + 1, place.column + 1)
    except yaml.YAMLError as clearer:
        error = clearer
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        return source.problem_at("P004", "a control character is not allowed in YAML", line, 1)
    line, column = mark.line + 1, mark.column + 1
    found = source.lines[line - 1][column - 1 : column] if line <= len(source.lines) else ""
    if found == "\t":
        return source.problem_at("P005", "a tab cannot indent YAML: use spaces", line, column)
    what = str(getattr(error, "problem", "")).replace("'", "`")
    return source.problem_at("P004", f"this is not YAML: {what}", line, column)


class _Converter:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._nodes = 0

    def convert_root(self, root: Any) -> None:
        self._source.value = self._convert(root, ())

    def _convert(self, node: Any, loc: Loc) -> Any:
        source = self._source
        self._nodes += 1
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        source.values[loc] = place
        if self._nodes > MAX_NODES or len(loc) > MAX_DEPTH:
            limit = f"aliases make the document larger than {MAX_NODES:,} values or {MAX_DEPTH} levels"
            raise PolicyError([source.problem_at("P003", limit, *place)], where=source.path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self._convert(child, (*loc, index)) for index, child in enumerate(node.value)]
        return node.value if node.style else _plain(node.value)

    def _mapping(self, node: Any, loc: Loc) -> dict[str, Any]:
        source = self._source
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
            here = (*loc, key)
            if key in mapping:
                first = source.keys[here][0]
                message = f"the key `{key}` was already given on line {first}"
                again = (*loc, f"{key}, again at {place}")
                source.keys[again] = place
                source.mistakes.append(Mistake("P006", message, again))
                continue
            source.keys[here] = place
            mapping[key] = self._convert(value_node, here)
        return mapping


def _plain(text: str) -> Any:
    """The value of a scalar without quotes."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text
