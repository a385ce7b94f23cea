"""Writes docs/reference.md from the code: `python tools/make_reference.py`. A test fails if it is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from inspect import getdoc, getsource
from pathlib import Path
from typing import Any

import typer

from comity import errors
from comity.cli.app import app
from comity.detect.registry import DETECTORS
from comity.limits import Limits
from comity.taxonomy import CATEGORIES
from comity.taxonomy.crosswalk import CROSSWALK, SYSTEMS

TARGET = Path(__file__).parent.parent / "docs" / "reference.md"


def reference() -> str:
    """The whole page."""
    sections = [
        "# Reference",
        "Written by `tools/make_reference.py` from the code; edit that, not this.",
        "## Commands",
        *_commands(typer.main.get_command(app), "comity"),
        "Exit codes: 0 done; 1 some lines were no items or some examples failed; 2 a mistake of the caller; "
        "3 a failure of the system; 130 interrupted.",
        "## Categories",
        "A category `a/b` is a kind of `a`. A policy rule names them under `categories`.",
        _table(("category", "holds when"), ((f"`{c.id}`", c.definition) for c in CATEGORIES.values())),
        "## Crosswalk",
        "What other systems call them; empty where a system has no such word.",
        _table(
            ("category", *SYSTEMS),
            (
                (f"`{id}`", *(", ".join(row.get(system, ())) for system in SYSTEMS))
                for id, row in CROSSWALK.items()
            ),
        ),
        "## Detectors",
        _table(("name", "built by"), ((f"`{name}`", f"`{path}`") for name, path in DETECTORS.items())),
        "## Limits",
        "Past a limit an error names it; nothing is ever cut short. Each is changed by an environment variable.",
        _table(("limit", "default", "of what", "variable"), _limits()),
        "## Errors",
        "```\n" + str(getdoc(errors)) + "\n```",
    ]
    return "\n\n".join(sections) + "\n"


def _commands(command: Any, path: str) -> Iterator[str]:
    """command: what typer makes of the app; its classes are its own, so they are read by their attributes."""
    if hasattr(command, "commands"):
        for name, found in command.commands.items():
            yield from _commands(found, f"{path} {name}")
        return
    parts = [f"### `{path}`", (command.help or "").strip()]
    if command.params:
        shown = ((_shown(parameter), getattr(parameter, "help", None) or "") for parameter in command.params)
        parts.append(_table(("parameter", "meaning"), shown))
    yield "\n\n".join(parts)


def _shown(parameter: Any) -> str:
    name = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()
    return f"`{name}`"


def _limits() -> Iterator[tuple[str, ...]]:
    source = getsource(Limits).splitlines()
    for field in fields(Limits):
        line = next(number for number, text in enumerate(source) if text.strip().startswith(f"{field.name}:"))
        meaning = source[line + 1].strip().strip('"')
        yield f"`{field.name}`", f"{field.default:,}", meaning, f"`COMITY_LIMIT_{field.name.upper()}`"


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    cells = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


if __name__ == "__main__":
    page = reference()
    if "--check" in sys.argv:
        sys.exit(page != TARGET.read_text(encoding="utf-8"))
    TARGET.write_text(page, encoding="utf-8")
