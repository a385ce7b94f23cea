"""Files of lines: read with progress, written so that an interrupted run can go on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from comity.errors import InputError


@contextmanager
def reading(source: Path) -> Iterator[Iterator[bytes]]:
    """The lines of `source` (`-`: stdin). On a terminal a bar on stderr shows how far they have been read."""
    if str(source) == "-":
        yield iter(sys.stdin.buffer)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", where=str(source)) from error
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with file, Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("moderating", total=max(source.stat().st_size, 1))

        def lines() -> Iterator[bytes]:
            for line in file:
                yield line
                progress.advance(task, len(line))

        yield lines()


@contextmanager
def writing(target: Path | None, *, resume: bool, overwrite: bool) -> Iterator[tuple[BinaryIO, int]]:
    """Where to write lines, and how many complete ones are there already (0 unless `resume`)."""
    if target is None:
        if resume or overwrite:
            raise InputError("--resume and --overwrite need an --output")
        yield sys.stdout.buffer, 0
        sys.stdout.buffer.flush()
        return
    if target.exists() and not (resume or overwrite):
        raise InputError(
            "the output exists already", where=str(target), next_step="Pass --resume or --overwrite."
        )
    try:
        file = target.open("r+b" if resume and target.exists() else "w+b")
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror}", where=str(target)) from error
    with file:
        yield file, _keep_complete_lines(file)


def _keep_complete_lines(file: BinaryIO) -> int:
    count = end = 0
    for line in file:
        if line.endswith(b"\n"):
            count += 1
            end += len(line)
    file.seek(end)
    file.truncate()
    return count
