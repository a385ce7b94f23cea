"""Which suites, and where their data is: options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.errors import InputError

if TYPE_CHECKING:
    from comity.evaluate.run import Suites

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DataOption = Annotated[Path | None, typer.Option(help="The folder of data sets; COMITY_DATA if absent.")]
SuiteOption = Annotated[
    list[str] | None,
    typer.Option("--suite", help="A packaged suite or a suite file; repeat it. All if absent."),
]
KindOption = Annotated[list[str] | None, typer.Option(help="Only suites of this kind; repeat it.")]
LangOption = Annotated[
    list[str] | None, typer.Option(help="Only suites mainly in this language, `en`; repeat it.")
]


def data_root(given: Path | None) -> Path | None:
    """Raises InputError for a folder that is not there."""
    root = given or (Path(os.environ["COMITY_DATA"]) if "COMITY_DATA" in os.environ else None)
    if root is not None and not root.is_dir():
        raise InputError("there is no such data folder", where=str(root))
    return root


def suites(names: list[str] | None, kinds: list[str] | None, languages: list[str] | None) -> Suites:
    """Raises NotFound, InputError."""
    from comity.evaluate.suite import find_suite, packaged_suites

    found = [find_suite(name) for name in (names or packaged_suites())]
    return [
        (suite, path)
        for suite, path in found
        if (not kinds or suite.kind in kinds) and (not languages or suite.scenario.languages[0] in languages)
    ]
