"""The file of a backup: a zip with `manifest.json` and, for each table, `tables/<name>.jsonl`: a JSON object a row.

The rows are in the order of the primary key, the same on every database, so that equal contents give equal digests.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, ValidationError

from comity.errors import InputError

_MANIFEST = "manifest.json"


class TableEntry(BaseModel):
    """`sha256` is that of the table's lines, in hex."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    rows: int
    sha256: str

    @property
    def member(self) -> str:
        return _member(self.name)


class Manifest(BaseModel):
    """`revision` is the schema; `tables` are in an order in which each comes after those that it points to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    comity: str
    revision: str
    created_at: datetime
    tables: tuple[TableEntry, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


@contextmanager
def new_backup(path: Path, *, overwrite: bool) -> Iterator[ZipFile]:
    """A zip to write to. It has another name until it is whole, and only its owner may read it.

    Raises InputError if `path` cannot be written, or is there and not to be overwritten.
    """
    if path.exists() and not overwrite:
        raise InputError(
            "the file exists already", where=str(path), next_step="Name another, or --overwrite."
        )
    try:
        unfinished = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with unfinished:
            with ZipFile(unfinished, "w", ZIP_DEFLATED) as archive:
                yield archive
            unfinished.flush()
            os.fsync(unfinished.fileno())
        Path(unfinished.name).replace(path)
        _sync_folder(path.parent)
    except BaseException as error:
        Path(unfinished.name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def write_table(archive: ZipFile, name: str, rows: Iterable[dict[str, Any]]) -> TableEntry:
    digest, count = sha256(), 0
    with archive.open(_member(name), "w", force_zip64=True) as out:
        for row in rows:
            line = json.dumps(row, separators=(",", ":"), default=_time).encode() + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    return TableEntry(name=name, rows=count, sha256=digest.hexdigest())


def write_manifest(archive: ZipFile, manifest: Manifest) -> None:
    archive.writestr(_MANIFEST, manifest.model_dump_json(indent=2))


class BackupFile:
    """A backup that can be read. Raises InputError for a file that is none, or not as it was written."""

    def __init__(self, archive: ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        with self._located(_MANIFEST):
            self.manifest = Manifest.model_validate_json(archive.read(_MANIFEST))

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[BackupFile]:
        try:
            archive = ZipFile(path)
        except OSError as error:
            raise InputError(f"cannot read it: {error.strerror}", where=str(path)) from error
        except BadZipFile as error:
            raise InputError("the file is no backup", where=str(path)) from error
        with archive:
            yield cls(archive, path)

    def verify(self) -> None:
        """Reads every line and compares it with the manifest."""
        for table in self.manifest.tables:
            digest, count = sha256(), 0
            with self._located(table.member), self._archive.open(table.member) as lines:
                for line in lines:
                    digest.update(line)
                    count += 1
            if (count, digest.hexdigest()) != (table.rows, table.sha256):
                raise self._damaged(table.member)

    def rows(self, table: TableEntry) -> Iterator[dict[str, Any]]:
        """The rows of `table`; times are text as in ISO 8601."""
        with self._located(table.member), self._archive.open(table.member) as lines:
            yield from map(json.loads, lines)

    def where(self, table: TableEntry, first: int, last: int) -> str:
        return f"{self._path}: {table.member}, lines {first:,} to {last:,}"

    @contextmanager
    def _located(self, member: str) -> Iterator[None]:
        try:
            yield
        except (BadZipFile, KeyError, EOFError, zlib.error, ValidationError, json.JSONDecodeError) as error:
            raise self._damaged(member) from error

    def _damaged(self, member: str) -> InputError:
        step = "Use another backup: nothing was restored."
        return InputError("the backup is damaged", where=f"{self._path}: {member}", next_step=step)


def _member(name: str) -> str:
    return f"tables/{name}.jsonl"


def _time(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"a backup has no form for {type(value).__name__}")
    # SQLite gives times without their zone; all are in UTC.
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()


def _sync_folder(folder: Path) -> None:
    # Or a power cut could take the name away again, though the command had said that the backup is there.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write it: {error.strerror}", where=str(path))
